import { z } from "@hono/zod-openapi";
import type { ApiApp, ApiOptions } from "./environment.ts";
import { mediaTypes } from "../media/media.ts";
import { filterFields, limitSchema } from "./fields.ts";
import { nameAfter } from "./names.ts";
import { addOperation } from "./route.ts";

export const searchSchema = z
  .object({
    items: z.array(
      z.object({
        name: z.string(),
        type: z.enum(mediaTypes).optional(),
        score: z.number(),
        draft: z.boolean(),
        matched: z.array(z.enum(["words", "name", "label"])),
        moments: z.array(z.object({ startMs: z.int(), endMs: z.int(), snippet: z.string() })),
      }),
    ),
  })
  .openapi("SearchHits");

const metadataSchema = z
  .object({ JsonFile: z.string(), transcript: z.string() })
  .loose()
  .openapi("MetadataRecord");

const searchQuerySchema = z.strictObject({
  q: z.string().min(1).max(900).openapi({
    description: 'Words; all must be there. `"a phrase"`; `sol*` for all that begins so',
  }),
  ...filterFields,
  limit: limitSchema.optional(),
});

/** Searches over all media files, and metadata records. */
export function addFind(app: ApiApp, { dailies }: ApiOptions): void {
  addOperation(
    app,
    "searchMedia",
    {
      summary: "What was said, shown or named, best first",
      tag: "Search",
      query: searchQuerySchema,
      answers: { 200: { description: "Hits, 20 unless `limit` says more", json: searchSchema } },
    },
    async (c, { caller, query }) => {
      const { q, startsWith, type, label, limit } = query;
      const hits = await dailies.search({
        words: q,
        owner: caller.owner,
        ...(startsWith === undefined ? {} : { startsWith }),
        ...(type === undefined ? {} : { type }),
        ...(label === undefined ? {} : { label }),
        ...(limit === undefined ? {} : { limit }),
      });
      return c.json({ items: hits });
    },
  );
  addOperation(
    app,
    "getMetadata",
    {
      summary: "The metadata record of a transcript, by its JSON's key",
      description: "Slashes in the key stand as they are, or as `%2F`.",
      tag: "Search",
      params: z.object({ JsonFile: z.string() }),
      answers: { 200: { description: "The record", json: metadataSchema } },
      problems: [404],
    },
    async (c, { caller }) => {
      const key = nameAfter(c, "/v1/metadata/", "JsonFile");
      return c.json(await dailies.metadata(key, caller.owner));
    },
  );
}
