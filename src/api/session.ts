import { z } from "@hono/zod-openapi";
import { scopes } from "../access/access.ts";
import { MediaError } from "../media/errors.ts";
import type { ApiApp, ApiOptions } from "./environment.ts";
import { addOperation } from "./route.ts";
import { endSession, keepSession } from "./security/cookie.ts";
import { networkOfCaller, tooMany, wrongKeys } from "./security/security.ts";
import { createRateLimit } from "./security/rate.ts";

export const sessionSchema = z
  .object({
    user: z.string(),
    scopes: z.array(z.enum(scopes)),
    accessKeyId: z.string().optional().openapi({ description: "The key that it ends with" }),
  })
  .openapi("Session");

const tokenSchema = z.strictObject({ token: z.string().min(1).max(200) });

const tag = "Sessions";

/** Signing in and out of the page in a browser. Programs show their key with every request instead. */
export function addSession(app: ApiApp, { dailies: { access } }: ApiOptions): void {
  const failures = createRateLimit(wrongKeys);
  addOperation(
    app,
    "getSession",
    {
      summary: "Who asks: by a session, a key, or as the person at this machine",
      tag,
      answers: { 200: { description: "The caller", json: sessionSchema } },
      problems: [401],
    },
    (c) => {
      const caller = c.get("caller");
      if (caller === undefined) throw new MediaError("unauthorized", "this needs a key");
      const { owner: user, scopes: own, accessKeyId } = caller;
      return c.json({ user, scopes: own, ...(accessKeyId !== undefined && { accessKeyId }) });
    },
  );
  addOperation(
    app,
    "signIn",
    {
      summary: "Begin a session with a key; a cookie keeps it",
      description:
        "The cookie is HttpOnly and SameSite=Strict. The session ends with its key, and after 30 days.",
      tag,
      body: tokenSchema,
      answers: { 204: { description: "The cookie is set" } },
      problems: [401, 429],
    },
    async (c, { body }) => {
      const caller = await access.authenticate(body.token.trim());
      if (caller?.accessKeyId === undefined) {
        const waitMs = failures.take(networkOfCaller(c));
        if (waitMs !== undefined) tooMany(waitMs);
        throw new MediaError("unauthorized", "the key is not known, has ended or was revoked");
      }
      keepSession(c, await access.startSession(caller.accessKeyId));
      return c.body(null, 204);
    },
  );
  addOperation(
    app,
    "signOut",
    {
      summary: "End the session of this browser",
      tag,
      answers: { 204: { description: "The cookie is removed" } },
    },
    (c) => {
      endSession(c);
      return c.body(null, 204);
    },
  );
}
