import { z } from "@hono/zod-openapi";
import type { Share } from "../access/access.ts";
import { MediaError } from "../media/errors.ts";
import { iso } from "../media/json.ts";
import type { Media, StoredObject } from "../media/media.ts";
import { contentDisposition, sendObject } from "./bytes.ts";
import { downloadAnswers, downloads } from "./downloads.ts";
import type { ApiApp, ApiOptions } from "./environment.ts";
import { time } from "./fields.ts";
import { nameSegment } from "./media.ts";
import { nameAt } from "./names.ts";
import { addOperation } from "./route.ts";
import { wordSchema } from "./transcript-schemas.ts";

const tag = "Shares";
const dayMs = 24 * 3_600_000;
const defaultDays = 7;
const mostDays = 90;

const requestSchema = z
  .strictObject({
    days: z.int().min(1).max(mostDays).optional().openapi({ description: "Default: 7" }),
    note: z.string().max(1_000).optional(),
    atMs: z.int().min(0).optional().openapi({ description: "Where it begins to play" }),
  })
  .openapi("ShareRequest");

const madeSchema = z.object({ path: z.string(), expiresAt: time }).openapi("Share");

export const sharedSchema = z
  .object({
    name: z.string(),
    type: z.string().optional(),
    durationMs: z.int().optional(),
    note: z.string().optional(),
    atMs: z.int().optional(),
    expiresAt: time,
    hasMedia: z.boolean(),
    hasPoster: z.boolean(),
    words: z.array(wordSchema),
  })
  .openapi("SharedMedia");

const codeQuery = z.object({ code: z.string().min(1).max(8_192) });

/** Links that open one media file for somebody without a key. They end by themselves, and with the key that made them. */
export function addShares(app: ApiApp, options: ApiOptions): void {
  const { dailies } = options;
  addOperation(
    app,
    "shareMedia",
    {
      summary: "A link that opens this media file without a key",
      description:
        "It plays it, with its transcript, and opens nothing else. It ends after `days`, with the key that made " +
        "it, and when the media file is removed or replaced.",
      tag,
      body: requestSchema,
      answers: { 201: { description: "The path of the page that shows it", json: madeSchema } },
      problems: [404],
    },
    async (c, { caller, body }) => {
      const media = await dailies.find(nameAt(c, nameSegment), caller.owner);
      const { days = defaultDays, note, atMs } = body;
      const expiresAt = Date.now() + days * dayMs;
      const code = await dailies.access.sealShare({
        name: media.name,
        version: media.version,
        owner: media.owner,
        expiresAt,
        ...(caller.accessKeyId !== undefined && { accessKeyId: caller.accessKeyId }),
        ...(note !== undefined && note !== "" && { note }),
        ...(atMs !== undefined && { atMs }),
      });
      return c.json({ path: `/shared?code=${code}`, expiresAt: iso(expiresAt) }, 201);
    },
  );
  addShared(app, options);
}

/** What a code opens. The words are the same whatever the reason: a refusal tells nothing of what exists. */
async function opened(
  { dailies }: ApiOptions,
  code: string,
): Promise<{ share: Share; media: Media }> {
  const share = await dailies.access.openShare(code);
  const media = share && (await dailies.find(share.name, share.owner).catch(() => undefined));
  if (share !== undefined && media?.version === share.version) return { share, media };
  throw new MediaError("not_found", "the link is not known, or not good any more");
}

/** What is played or shown: the rendition for the web, the sound, or the picture itself. */
async function playedOf({ dailies }: ApiOptions, media: Media): Promise<StoredObject | undefined> {
  if (media.type === "image") return dailies.sourceOf(media);
  const renditions = await dailies.renditionsOf(media);
  const named = (name: string) => renditions.find(({ rendition }) => rendition === name)?.object;
  return named("web") ?? named("audio");
}

async function posterOf({ dailies }: ApiOptions, media: Media): Promise<StoredObject | undefined> {
  const renditions = await dailies.renditionsOf(media);
  return renditions.find(({ rendition }) => rendition === "poster")?.object;
}

function addShared(app: ApiApp, options: ApiOptions): void {
  const { dailies } = options;
  addOperation(
    app,
    "getShared",
    {
      summary: "What a link shows",
      tag,
      query: codeQuery,
      answers: { 200: { description: "The media file and its transcript", json: sharedSchema } },
      problems: [404],
    },
    async (c, { query }) => {
      const { share, media } = await opened(options, query.code);
      const transcript = await dailies.transcriptOf(media).catch(() => undefined);
      const durationMs = media.facts?.durationMs;
      return c.json({
        name: media.name,
        ...(media.type !== undefined && { type: media.type }),
        ...(durationMs !== undefined && { durationMs }),
        ...(share.note !== undefined && { note: share.note }),
        ...(share.atMs !== undefined && { atMs: share.atMs }),
        expiresAt: iso(share.expiresAt),
        hasMedia: (await playedOf(options, media)) !== undefined,
        hasPoster: (await posterOf(options, media)) !== undefined,
        words: transcript?.words ?? [],
      });
    },
  );
  for (const [id, summary, find] of [
    ["getSharedMedia", "The bytes that a link plays or shows", playedOf],
    ["getSharedPoster", "The poster of what a link plays", posterOf],
  ] as const)
    addOperation(
      app,
      id,
      {
        ...downloads,
        summary,
        tag,
        query: codeQuery.extend(downloads.query.shape),
        answers: downloadAnswers("The bytes", ["video/mp4", "audio/mpeg", "image/jpeg"]),
      },
      async (c, { query }) => {
        const { media } = await opened(options, query.code);
        const object = await find(options, media);
        if (object !== undefined) return sendObject(c, options, object, media);
        throw new MediaError("not_found", "the link has nothing to play");
      },
    );
  addOperation(
    app,
    "getSharedCaptions",
    {
      summary: "The captions of what a link plays",
      tag,
      query: codeQuery,
      answers: { 200: { description: "WebVTT", types: ["text/vtt"] } },
      problems: [404],
    },
    async (c, { query }) => {
      const { media } = await opened(options, query.code);
      return c.body(await dailies.export(media, "vtt"), 200, {
        "content-type": "text/vtt; charset=utf-8",
        "content-disposition": contentDisposition("inline", "captions.vtt"),
      });
    },
  );
}
