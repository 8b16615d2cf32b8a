import { z } from "@hono/zod-openapi";
import type { MediaType } from "../media/media.ts";
import { asMediaError } from "../media/errors.ts";
import type { ApiApp, ApiContext, ApiOptions } from "./environment.ts";
import { mediaTypes } from "../media/media.ts";
import { limitSchema } from "./fields.ts";
import { decoded, rawPath } from "./names.ts";
import { addOperation } from "./route.ts";

/**
 * The API of the media query application that AWS published (aws-samples/chalice-workshop), as its clients
 * know it. Everything is listed unless `limit` is given; unknown parameters are ignored, and of one given
 * twice the first counts.
 */

const one = z
  .union([z.string(), z.array(z.string()).transform((values) => values[0] ?? "")])
  .optional()
  .openapi({ type: "string" });

const querySchema = z.object({
  startswith: one,
  "media-type": one.openapi({ type: "string", description: mediaTypes.join(", ") }),
  label: one,
  limit: limitSchema.optional(),
  after: one.openapi({ type: "string", description: "Names after this one: from `Link`" }),
});

const mediaFileSchema = z
  .object({
    name: z.string(),
    type: z.enum(mediaTypes).optional().openapi({ description: "Absent until it is known" }),
    labels: z.array(z.string()),
  })
  .openapi("MediaFile");

const notFoundErrorSchema = z
  .object({ Code: z.literal("NotFoundError"), Message: z.string() })
  .openapi("NotFoundError");

interface Filter {
  readonly owner: string;
  readonly startsWith?: string;
  readonly type?: MediaType;
  readonly label?: string;
  readonly after?: string;
}

/** A whole list is read so many at a time, and no faster than it is taken. */
const pageSize = 500;

async function* listed(dailies: ApiOptions["dailies"], filter: Filter): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let before = "[";
  let { after } = filter;
  for (;;) {
    const page = await dailies.briefs({
      ...filter,
      ...(after === undefined ? {} : { after }),
      limit: pageSize,
    });
    const texts = page.map((brief) => JSON.stringify(brief));
    if (texts.length > 0) yield encoder.encode(before + texts.join(","));
    if (texts.length > 0) before = ",";
    after = page.at(-1)?.name;
    if (page.length < pageSize) break;
  }
  yield encoder.encode(before === "[" ? "[]" : "]");
}

function nextLink(c: ApiContext, after: string): string {
  const { searchParams } = new URL(c.req.url);
  searchParams.set("after", after);
  return `</api/?${searchParams.toString()}>; rel="next"`;
}

export function addMediaFiles(app: ApiApp, { dailies }: ApiOptions): void {
  addOperation(
    app,
    "queryMediaFiles",
    {
      summary: "All media with their labels",
      description: "By name. Without `limit` all of them; with it, `Link` has the next page.",
      tag: "Media files",
      query: querySchema,
      answers: {
        200: {
          description: "The media files that pass the filters",
          json: z.array(mediaFileSchema),
          headers: { Link: 'The next page, with rel="next"' },
        },
      },
    },
    async (c, { caller, query }) => {
      const type = query["media-type"];
      if (type !== undefined && !mediaTypes.some((known) => known === type)) return c.json([]);
      const filter: Filter = {
        owner: caller.owner,
        ...(query.startswith === undefined ? {} : { startsWith: query.startswith }),
        ...(type === undefined ? {} : { type: type as MediaType }),
        ...(query.label === undefined ? {} : { label: query.label }),
        ...(query.after === undefined ? {} : { after: query.after }),
      };
      const { limit } = query;
      if (limit === undefined) {
        const body = ReadableStream.from(listed(dailies, filter));
        return c.body(body, 200, { "content-type": "application/json" });
      }
      const found = await dailies.briefs({ ...filter, limit: limit + 1 });
      const page = found.slice(0, limit);
      const last = page.at(-1)?.name;
      if (found.length > limit && last !== undefined) c.header("link", nextLink(c, last));
      return c.json(page);
    },
  );
  addOperation(
    app,
    "queryMediaFile",
    {
      summary: "One media with its labels",
      description: "Slashes in the name stand as they are, or as `%2F`.",
      tag: "Media files",
      params: z.object({ name: z.string() }),
      answers: {
        200: { description: "The media", json: mediaFileSchema },
        404: { description: "There is none", json: notFoundErrorSchema },
      },
    },
    async (c, { caller }) => {
      const name = decoded(rawPath(c).slice("/api/".length), "name");
      try {
        return c.json(await dailies.brief(name, caller.owner));
      } catch (error) {
        if (asMediaError(error).code !== "not_found") throw error;
        const Message = `NotFoundError: Media file (${name}) not found`;
        return c.json({ Code: "NotFoundError", Message }, 404);
      }
    },
  );
}
