import { z } from "@hono/zod-openapi";
import type { AccessKey } from "../access/access.ts";
import { scopes } from "../access/access.ts";
import type { ApiApp, ApiOptions } from "./environment.ts";
import { time } from "./fields.ts";
import { nameAt } from "./names.ts";
import { addOperation } from "./route.ts";

const scope = z.enum(scopes);

const keySchema = z
  .object({
    accessKeyId: z.string(),
    name: z.string(),
    user: z.string(),
    scopes: z.array(scope),
    madeWith: z.string().optional().openapi({ description: "The key that made it" }),
    createdAt: time,
    expiresAt: time.optional(),
    revokedAt: time.optional(),
    lastUsedAt: time.optional().openapi({ description: "To the minute" }),
  })
  .openapi("Key");

const keysSchema = z.object({ items: z.array(keySchema) }).openapi("Keys");

const newKeySchema = keySchema
  .extend({ secretAccessKey: z.string(), token: z.string() })
  .openapi("NewKey");

const keyRequestSchema = z
  .strictObject({
    name: z.string().min(1).max(100).openapi({ description: "What it is for" }),
    scopes: z
      .array(scope)
      .min(1)
      .max(scopes.length)
      .optional()
      .openapi({ description: "At most those of the asking key. Default: read and write" }),
    expiresAt: time.optional().openapi({ description: "At the latest when the asking key ends" }),
  })
  .openapi("KeyRequest");

function keyJson(key: AccessKey) {
  const { createdAt, expiresAt, revokedAt, lastUsedAt, ...rest } = key;
  const iso = (field: string, at: number | undefined) =>
    at === undefined ? {} : { [field]: new Date(at).toISOString() };
  return {
    ...rest,
    ...iso("createdAt", createdAt),
    ...iso("expiresAt", expiresAt),
    ...iso("revokedAt", revokedAt),
    ...iso("lastUsedAt", lastUsedAt),
  };
}

/** Keys of the caller's user. A key cannot make a key with more rights than its own. */
export function addKeys(app: ApiApp, { dailies: { access } }: ApiOptions): void {
  addOperation(
    app,
    "listKeys",
    {
      summary: "Keys, without their secrets",
      tag: "Keys",
      answers: { 200: { description: "The caller's user's keys, newest last", json: keysSchema } },
    },
    async (c, { caller }) => {
      const keys = await access.listKeys(caller.owner);
      return c.json({ items: keys.map(keyJson) });
    },
  );
  addOperation(
    app,
    "createKey",
    {
      summary: "Make a key; its secrets are shown this once",
      tag: "Keys",
      body: keyRequestSchema,
      answers: { 201: { description: "The key", json: newKeySchema } },
    },
    async (c, { caller, body }) => {
      const request = {
        name: body.name,
        ...(body.scopes !== undefined && { scopes: body.scopes }),
        ...(body.expiresAt !== undefined && { expiresAt: Date.parse(body.expiresAt) }),
      };
      const key = await access.createKey(request, caller);
      const secrets = { secretAccessKey: key.secretAccessKey, token: key.token };
      return c.json({ ...keyJson(key), ...secrets }, 201, { "cache-control": "no-store" });
    },
  );
  addOperation(
    app,
    "revokeKey",
    {
      summary: "End a key at once, and all that were made with it",
      tag: "Keys",
      answers: { 204: { description: "It has ended" } },
      problems: [404],
    },
    async (c, { caller }) => {
      await access.revokeKey(nameAt(c, 2, "accessKeyId"), caller);
      return c.body(null, 204);
    },
  );
}
