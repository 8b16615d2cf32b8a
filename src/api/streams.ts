import { z } from "@hono/zod-openapi";
import { MediaError } from "../media/errors.ts";
import { streamKey } from "../media/keys.ts";
import { sendObject } from "./bytes.ts";
import { downloadAnswers, downloads } from "./downloads.ts";
import type { ApiApp, ApiOptions } from "./environment.ts";
import { nameSegment } from "./media.ts";
import { nameAt } from "./names.ts";
import { addOperation } from "./route.ts";

const tag = "Outputs";

const hourMs = 3_600_000;
const longestHours = 7 * 24;

const linkBodySchema = z
  .object({
    hours: z.number().positive().max(longestHours).default(24).openapi({
      description: "How long the link is good. Default: 24; at most 168, a week",
    }),
  })
  .strict();

const linkSchema = z
  .object({
    hls: z.string().openapi({ description: "The path of the master playlist" }),
    dash: z.string().openapi({ description: "The path of the MPD" }),
    expiresAt: z.string().openapi({ format: "date-time" }),
  })
  .openapi("StreamLink");

/** The media types of a stream's files. */
const types = [
  "application/vnd.apple.mpegurl",
  "application/dash+xml",
  "video/mp4",
  "audio/mp4",
  "text/vtt",
  "image/jpeg",
  "application/json",
];

/** Links by which players without a key fetch a stream. The code stands in the path, so relative URIs keep it. */
export function addStreams(app: ApiApp, options: ApiOptions): void {
  const { dailies } = options;
  addOperation(
    app,
    "linkStream",
    {
      summary: "Links to a film's adaptive stream that need no key",
      description:
        "They open all files of the stream, as long as this version of the media file is there.",
      tag,
      params: z.object({ name: z.string() }),
      body: linkBodySchema,
      answers: { 200: { description: "The links", json: linkSchema } },
      problems: [404],
    },
    async (c, { caller, body }) => {
      const media = await dailies.find(nameAt(c, nameSegment), caller.owner);
      await dailies.outputNamed(media, "stream");
      const { name, version, owner } = media;
      const expiresAt = Math.round(Date.now() + body.hours * hourMs);
      const folder = `/v1/streams/${dailies.streamLinks.sign({ name, version, owner, expiresAt })}`;
      return c.json({
        hls: `${folder}/master.m3u8`,
        dash: `${folder}/manifest.mpd`,
        expiresAt: new Date(expiresAt).toISOString(),
      });
    },
  );
  addOperation(
    app,
    "getStreamFile",
    {
      ...downloads,
      summary: "A file of a stream, by a link that needs no key",
      tag,
      params: z.object({ code: z.string(), file: z.string() }),
      answers: downloadAnswers("The file", types),
    },
    async (c) => {
      const link = dailies.streamLinks.read(nameAt(c, 2, "code"));
      const file = nameAt(c, 3, "file");
      const found = link && (await dailies.find(link.name, link.owner).catch(() => undefined));
      const outputs =
        found?.version === link?.version && found ? await dailies.outputsOf(found) : [];
      const key = link && !file.includes("/") ? streamKey(link.name, file) : "";
      const output = outputs.find((one) => one.key === key);
      if (output !== undefined) return sendObject(c, options, output);
      // the same words whatever the reason: a refusal tells nothing of what exists
      throw new MediaError("not_found", "the link is not known, or not good any more");
    },
  );
}
