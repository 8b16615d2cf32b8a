import { jobJson } from "../media/json.ts";
import { pageAt } from "./cursor.ts";
import type { ApiApp, ApiContext, ApiOptions, Caller } from "./environment.ts";
import { conditionsSchema } from "./fields.ts";
import { eventJson, watchedJobJson } from "./json.ts";
import { nameSegment } from "./media.ts";
import { nameAt } from "./names.ts";
import { addOperation } from "./route.ts";
import {
  cancelledSchema,
  historySchema,
  jobPageSchema,
  jobQuerySchema,
  openStepsSchema,
  reprocessBodySchema,
  retryBodySchema,
  watchedJobsSchema,
} from "./job-schemas.ts";

const tag = "Jobs";
const defaultLimit = 100;

/** Jobs as they stand. */
export function addJobs(app: ApiApp, { dailies }: ApiOptions): void {
  addOperation(
    app,
    "listMediaJobs",
    {
      summary: "The steps of a media file: attempts, times, progress, place in line",
      description: "While speech is transcribed, `heardSoFar` of that job has the text so far.",
      tag,
      answers: { 200: { description: "Its jobs", json: watchedJobsSchema } },
      problems: [404],
    },
    async (c, { caller }) => {
      const media = await dailies.find(nameAt(c, nameSegment), caller.owner);
      const items = (await dailies.jobsOf(media)).map(async (watched) => {
        const heardSoFar = await dailies.heardSoFar(watched.job);
        return { ...watchedJobJson(watched), ...(heardSoFar && { heardSoFar }) };
      });
      return c.json({ items: await Promise.all(items) });
    },
  );
  addOperation(
    app,
    "getHistory",
    {
      summary: "What has happened to this version of a media file",
      tag,
      answers: { 200: { description: "Events and jobs", json: historySchema } },
      problems: [404],
    },
    async (c, { caller }) => {
      const media = await dailies.find(nameAt(c, nameSegment), caller.owner);
      const { events } = await dailies.logs(media.name);
      const own = events.filter(({ event }) => event.version === media.version);
      const jobs = await dailies.jobsOf(media);
      return c.json({ events: own.map(eventJson), jobs: jobs.map(watchedJobJson) });
    },
  );
  addOperation(
    app,
    "listJobs",
    {
      summary: "The jobs of all your media, newest first",
      tag,
      query: jobQuerySchema,
      answers: { 200: { description: "A page of jobs", json: jobPageSchema } },
    },
    async (c, { caller, query }) => {
      const { state, step, cursor, limit = defaultLimit } = query;
      const page = dailies.jobPage({
        owner: caller.owner,
        limit,
        ...(state === undefined ? {} : { state }),
        ...(step === undefined ? {} : { step }),
        ...(cursor === undefined ? {} : { after: cursor }),
      });
      const { jobs, next } = await pageAt(cursor, page);
      return c.json({
        items: jobs.map(jobJson),
        ...(next === undefined ? {} : { next }),
      });
    },
  );
}

/** Operations that start or cancel work. The work continues after the answer. */
export function addOrders(app: ApiApp, { dailies }: ApiOptions): void {
  const answers = { 202: { description: "Asked for", json: openStepsSchema } };
  const current = (c: ApiContext, { owner }: Caller) => dailies.find(nameAt(c, nameSegment), owner);
  addOperation(
    app,
    "retryMedia",
    {
      summary: "Do failed and cancelled steps again",
      tag,
      body: retryBodySchema,
      headers: conditionsSchema,
      current,
      answers,
      problems: [404],
    },
    async (c, { caller, body }) => {
      const { name } = await dailies.find(nameAt(c, nameSegment), caller.owner);
      const { step } = body;
      const openSteps = await dailies.enqueueRetry(name, step === undefined ? {} : { step });
      return c.json({ name, openSteps }, 202);
    },
  );
  addOperation(
    app,
    "reprocessMedia",
    {
      summary: "Plan again with today's settings, and do what that makes different",
      tag,
      body: reprocessBodySchema,
      headers: conditionsSchema,
      current,
      answers,
      problems: [404],
    },
    async (c, { caller, body }) => {
      const { name } = await dailies.find(nameAt(c, nameSegment), caller.owner);
      const { only, posterAtMs, speech = {} } = body;
      const openSteps = await dailies.enqueueReprocess(name, {
        speech,
        ...(only === undefined ? {} : { only }),
        ...(posterAtMs === undefined ? {} : { posterAtMs }),
      });
      return c.json({ name, openSteps }, 202);
    },
  );
  addOperation(
    app,
    "cancelMedia",
    {
      summary: "Stop what is queued or running for a media file; answers when it has stopped",
      tag,
      headers: conditionsSchema,
      current,
      answers: { 200: { description: "Stopped", json: cancelledSchema } },
      problems: [404],
    },
    async (c, { caller }) => {
      const { name } = await dailies.find(nameAt(c, nameSegment), caller.owner);
      return c.json({ name, cancelledSteps: await dailies.cancel(name) });
    },
  );
}
