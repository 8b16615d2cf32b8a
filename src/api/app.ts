import { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import {
  defaultRequestLimits,
  localCaller,
  type ApiApp,
  type ApiEnv,
  type ApiOptions,
} from "./environment.ts";
import { addEvents } from "./events.ts";
import { addFind } from "./find.ts";
import { addHealth } from "./health.ts";
import { addJobs, addOrders } from "./jobs.ts";
import { addKeys } from "./keys.ts";
import { addMedia } from "./media.ts";
import { addMediaFiles } from "./media-files.ts";
import { refuseMethod } from "./methods.ts";
import { rawPath } from "./names.ts";
import { addNotifications } from "./notifications.ts";
import { addEditTranscript } from "./edit-transcript.ts";
import { addPage } from "./page.ts";
import { addShares } from "./shares.ts";
import { addSession } from "./session.ts";
import { addOutputs } from "./outputs.ts";
import { addObjects } from "./objects.ts";
import { addDescription } from "./openapi.ts";
import { onError } from "./problems.ts";
import { addStreams } from "./streams.ts";
import { addSubscriptions } from "./subscriptions.ts";
import { addTranscripts } from "./transcripts.ts";
import { addUploads, tusAnswers } from "./uploads.ts";

/** Treats every caller as the person at this machine. */
const everybodyLocal: MiddlewareHandler<ApiEnv> = async (c, next) => {
  c.set("caller", localCaller);
  await next();
};

/** Counts every answer, and logs answers to requests that may have changed something. */
function accounted({ log, metrics }: ApiOptions): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const startedAt = performance.now();
    await next();
    const { method } = c.req;
    const { status } = c.res;
    const elapsedMs = Math.round(performance.now() - startedAt);
    metrics?.answered(method, status, elapsedMs / 1_000);
    const fields = { method, path: rawPath(c), status, elapsedMs, owner: c.get("caller")?.owner };
    if (method === "GET" || method === "HEAD") log.debug(fields, "answered");
    else log.info(fields, "answered");
  };
}

/** The service's HTTP interface to the composed application. */
export function createApi(options: ApiOptions): ApiApp {
  const app = new OpenAPIHono<ApiEnv>();
  app.onError(onError(options.log));
  app.notFound(refuseMethod);
  app.use(async (c, next) => {
    c.set("limits", options.limits ?? defaultRequestLimits);
    await next();
  });
  app.use(accounted(options));
  if (options.uploads !== undefined) app.use(tusAnswers);
  for (const middleware of options.security ?? [everybodyLocal]) app.use(middleware);
  addMediaFiles(app, options);
  addMedia(app, options);
  addTranscripts(app, options);
  addEditTranscript(app, options);
  addJobs(app, options);
  addOrders(app, options);
  addFind(app, options);
  addObjects(app, options);
  if (options.uploads !== undefined) addUploads(app, options.uploads);
  addEvents(app, options);
  addKeys(app, options);
  addSubscriptions(app, options);
  addOutputs(app, options); // its path by key begins with the one that links in messages have
  addStreams(app, options);
  addNotifications(app, options);
  addHealth(app, options);
  addSession(app, options);
  addShares(app, options);
  addPage(app, options);
  addDescription(app);
  return app;
}
