import { z } from "@hono/zod-openapi";
import { asMediaError, MediaError } from "../media/errors.ts";
import { sendObject } from "./bytes.ts";
import { checkBytes } from "./content.ts";
import { digestsOf, verified } from "./digests.ts";
import type { ApiApp, ApiContext, ApiOptions } from "./environment.ts";
import { listedJson, mediaPath } from "./json.ts";
import { nameAfter } from "./names.ts";
import { addOperation, headerOf } from "./route.ts";
import { conditionsSchema, downloadHeadersSchema, downloadQuerySchema } from "./fields.ts";
import { putSchema } from "./media-schemas.ts";

const tag = "Objects";
const prefix = "/v1/objects/";

/** Whether nothing else lies in this memory. */
function isAll(bytes: Uint8Array, buffer: ArrayBuffer): boolean {
  return bytes.byteLength === buffer.byteLength;
}

/**
 * The body as it comes; a client that goes away meanwhile is not an error of ours. A chunk is good until the
 * next one is asked for: its memory is given back then. Left to the garbage collector, the chunks of
 * a large upload make it go through everything, again and again.
 */
async function* uploaded(
  c: ApiContext,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  try {
    // The connection stays: who sends too much is to read why it was refused.
    for await (const chunk of c.env.incoming.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Uint8Array;
      sizeBytes += bytes.byteLength;
      yield bytes;
      const { buffer } = bytes;
      if (buffer instanceof ArrayBuffer && isAll(bytes, buffer)) buffer.transfer(0);
    }
  } catch (cause) {
    throw new MediaError("cancelled", "the upload broke off", { cause });
  } finally {
    onBytes(sizeBytes);
  }
}

/** The content type that the uploader states, if it has the form of a type. */
function contentTypeOf(c: ApiContext): { contentType: string } | Record<string, never> {
  const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  const isType = type !== undefined && /^(?:video|audio|image)\/[\w.+-]{1,100}$/.test(type);
  return isType ? { contentType: type } : {};
}

const params = z.object({ key: z.string() });

function addPut(app: ApiApp, { dailies, metrics }: ApiOptions): void {
  const thereOf = (c: ApiContext, owner: string) =>
    dailies.find(nameAfter(c, prefix, "key"), owner).catch((error: unknown) => {
      if (asMediaError(error).code !== "not_found") throw error;
      return undefined;
    });
  addOperation(
    app,
    "putObject",
    {
      summary: "Put an object in; its processing starts",
      description:
        "The same bytes under the same key change nothing. Other bytes take the old ones' place, " +
        "unless a condition does not hold: `If-None-Match: *` says that nothing may be there, " +
        "`If-Match` which bytes. Digests that come with the bytes are checked.",
      tag,
      params,
      headers: conditionsSchema.extend({
        "content-digest": z.string().optional(),
        "repr-digest": z.string().optional(),
        "content-md5": z.string().optional(),
      }),
      current: (c, { owner }) => thereOf(c, owner),
      bytes: ["application/octet-stream", "video/*", "audio/*", "image/*"],
      isLong: true,
      answers: {
        200: { description: "Replaced, or there already", json: putSchema },
        201: { description: "New", json: putSchema, headers: { Location: "The media" } },
      },
      problems: [409, 413, 507],
    },
    async (c, { caller, expect }) => {
      const name = nameAfter(c, prefix, "key");
      checkBytes(headerOf(c));
      const digests = digestsOf(headerOf(c));
      const body = uploaded(c, (bytes) => metrics?.bytesIn(bytes));
      const length = c.req.header("content-length");
      const { media, change } = await dailies.put(
        digests.length === 0 ? body : verified(body, digests),
        {
          name,
          owner: caller.owner,
          ...(length !== undefined && { sizeBytes: Number(length) }),
          replace: true,
          ...(expect !== undefined && { expect }),
          ...contentTypeOf(c),
        },
      );
      const isFresh = change === "created" || change === "replaced";
      const labels = isFresh ? [] : await dailies.labelsOf(media);
      const jobs = isFresh ? [] : await dailies.jobsOf(media);
      c.header("location", mediaPath(name));
      c.header("etag", `"${media.sha256}"`);
      const isNew = change === "created" || change === "shared";
      return c.json(
        {
          change,
          media: listedJson(
            media,
            labels,
            jobs.map(({ job }) => job),
          ),
        },
        isNew ? 201 : 200,
      );
    },
  );
}

/** The input bucket: plain PUT, GET and DELETE of one key. Slashes in keys stand as they are. */
export function addObjects(app: ApiApp, options: ApiOptions): void {
  const { dailies } = options;
  addPut(app, options);
  addOperation(
    app,
    "getObject",
    {
      summary: "The bytes that were put in",
      tag,
      params,
      query: downloadQuerySchema,
      headers: downloadHeadersSchema,
      answers: {
        200: { description: "The bytes", types: ["application/octet-stream"] },
        206: { description: "The part asked for", types: ["application/octet-stream"] },
        304: { description: "The client has it already" },
      },
      problems: [404, 412, 416],
    },
    async (c, { caller }) => {
      const media = await dailies.find(nameAfter(c, prefix, "key"), caller.owner);
      return sendObject(c, options, await dailies.sourceOf(media), media);
    },
  );
  addOperation(
    app,
    "deleteObject",
    {
      summary: "Remove an object, its record and all that was made of it",
      tag,
      params,
      headers: conditionsSchema,
      current: (c, { owner }) => dailies.find(nameAfter(c, prefix, "key"), owner),
      answers: { 204: { description: "Removed" } },
      problems: [404],
    },
    async (c, { caller, expect }) => {
      await dailies.remove(nameAfter(c, prefix, "key"), {
        owner: caller.owner,
        ...(typeof expect === "string" && { expect }),
      });
      return c.body(null, 204);
    },
  );
}
