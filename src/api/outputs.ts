import { z } from "@hono/zod-openapi";
import { outputKinds } from "../media/keys.ts";
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

/** Every output as it was made: by media file and kind, and by its key. */
export function addOutputs(app: ApiApp, options: ApiOptions): void {
  const { dailies } = options;
  addOperation(
    app,
    "getOutput",
    {
      ...downloads,
      summary: "An output by its kind, as it was made",
      description:
        "`stream` is the master playlist, whose relative addresses lead on only by key. `transcribe` is Amazon Transcribe's JSON, `labels` is Amazon Rekognition's. " +
        "`/v1/media/{name}` lists what there is.",
      tag,
      params: z.object({ name: z.string(), kind: z.enum(outputKinds) }),
      answers,
    },
    async (c, { caller }) => {
      const media = await dailies.find(nameAt(c, nameSegment), caller.owner);
      const wanted = nameAt(c, nameSegment + 2, "kind");
      const kind = outputKinds.find((one) => one === wanted);
      if (kind !== undefined) return sendObject(c, options, await dailies.outputNamed(media, kind));
      const message = `must be one of ${outputKinds.join(", ")}`;
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
