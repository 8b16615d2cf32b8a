import { z } from "@hono/zod-openapi";
import { MediaError } from "../media/errors.ts";
import { outputKinds, subtitleFormats, subtitleKey } from "../media/keys.ts";
import type { Media } from "../media/media.ts";
import { keptSubtitles } from "../media/tracks.ts";
import { sendObject } from "./bytes.ts";
import { downloadAnswers, downloads } from "./downloads.ts";
import type { ApiApp, ApiOptions } from "./environment.ts";
import { nameSegment } from "./media.ts";
import { nameAfter, nameAt } from "./names.ts";
import { wrongField } from "./problems.ts";
import { addOperation } from "./route.ts";

const tag = "Outputs";

const made = downloadAnswers("The output, as it was made", [
  "video/mp4",
  "audio/mpeg",
  "image/gif",
  "image/jpeg",
  "text/vtt",
  "application/x-subrip",
  "application/vnd.apple.mpegurl",
  "application/dash+xml",
  "audio/mp4",
]);
const madeJson = z.looseObject({}).openapi({ description: "As Amazon's service writes it" });
const answers = { ...made, 200: { ...made[200], json: madeJson } };

/** The kinds that an address names: the subtitles of a file are several outputs of one kind. */
const kinds = [...outputKinds, "subtitles"] as const;

const outputQuerySchema = downloads.query.extend({
  track: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .openapi({ description: "Of `subtitles`: the number of the track. Default: the first" }),
  format: z
    .enum(subtitleFormats)
    .optional()
    .openapi({ description: "Of `subtitles`. Default: `vtt`" }),
});

/** The key of a subtitle track that is in the file. @throws MediaError `not_found` */
function keyOfSubtitles(
  { name, facts }: Media,
  { track, format = "vtt" }: z.output<typeof outputQuerySchema>,
): string {
  const kept = keptSubtitles(facts?.tracks);
  const wanted = kept.find(({ number }) => track === undefined || number === track);
  if (wanted !== undefined) return subtitleKey(name, wanted, format);
  const numbers = kept.map(({ number }) => number).join(", ");
  const what = track === undefined ? "no subtitles" : `no subtitle track ${track}`;
  const there = numbers === "" ? "or not yet" : `there is ${numbers}`;
  throw new MediaError("not_found", `${JSON.stringify(name)} has ${what} of text, ${there}`);
}

/** Every output as it was made: by media file and kind, and by its key. */
export function addOutputs(app: ApiApp, options: ApiOptions): void {
  const { dailies } = options;
  addOperation(
    app,
    "getOutput",
    {
      ...downloads,
      query: outputQuerySchema,
      summary: "An output by its kind, as it was made",
      description:
        "`stream` is the master playlist, whose relative addresses lead on only by key. `transcribe` is Amazon Transcribe's JSON, `labels` is Amazon Rekognition's. " +
        "`subtitles` is a subtitle track that is in the file, by `track` and `format`. `/v1/media/{name}` lists what there is.",
      tag,
      params: z.object({ name: z.string(), kind: z.enum(kinds) }),
      answers,
    },
    async (c, { caller, query }) => {
      const media = await dailies.find(nameAt(c, nameSegment), caller.owner);
      const wanted = nameAt(c, nameSegment + 2, "kind");
      const kind = kinds.find((one) => one === wanted);
      if (kind !== "subtitles" && (query.track !== undefined || query.format !== undefined)) {
        const field = query.track === undefined ? "format" : "track";
        throw wrongField({ in: "query", field, message: "is for subtitles alone" });
      }
      if (kind === "subtitles") {
        const key = keyOfSubtitles(media, query);
        return sendObject(c, options, await dailies.outputAt(key, caller.owner));
      }
      if (kind !== undefined) return sendObject(c, options, await dailies.outputNamed(media, kind));
      const message = `must be one of ${kinds.join(", ")}`;
      throw wrongField({ in: "path", field: "kind", message });
    },
  );
  addOperation(
    app,
    "getOutputByKey",
    {
      ...downloads,
      summary: "An output by its key",
      description: "`/v1/outputs/output/web/talk.mp4`. Slashes stand as they are, or as `%2F`.",
      tag,
      params: z.object({ key: z.string() }),
      answers,
    },
    async (c, { caller }) => {
      const key = nameAfter(c, "/v1/outputs/", "key");
      return sendObject(c, options, await dailies.outputAt(key, caller.owner));
    },
  );
}
