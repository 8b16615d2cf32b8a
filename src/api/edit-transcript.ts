import { MediaError } from "../media/errors.ts";
import { representationOf } from "./conditions.ts";
import type { ApiApp, ApiOptions } from "./environment.ts";
import { conditionsSchema } from "./fields.ts";
import { nameSegment } from "./media.ts";
import { nameAt } from "./names.ts";
import { addOperation } from "./route.ts";
import { editedSchema, editsSchema } from "./transcript-schemas.ts";
import { transcriptAt } from "./transcripts.ts";

/** Corrections of words and names of speakers, of exactly the transcript that the caller has seen. */
export function addEditTranscript(app: ApiApp, options: ApiOptions): void {
  const { dailies } = options;
  addOperation(
    app,
    "editTranscript",
    {
      summary: "Correct words, and name speakers",
      description:
        "`If-Match` names the transcript that the places are of: its entity tag. Words that stay keep their times; " +
        "new ones get those at which they are said, else estimates. Captions and search follow.",
      tag: "Transcripts and labels",
      body: editsSchema,
      headers: conditionsSchema,
      current: async (c, { owner }) =>
        transcriptAt(options, await dailies.find(nameAt(c, nameSegment), owner)),
      isLong: true, // new words are aligned
      answers: {
        200: {
          description: "What has become of it",
          json: editedSchema,
          headers: { ETag: "The transcript that is there now" },
        },
      },
      problems: [404, 409, 413],
    },
    async (c, { caller, body, expect }) => {
      const media = await dailies.find(nameAt(c, nameSegment), caller.owner);
      if (typeof expect !== "string")
        throw new MediaError(
          "invalid_argument",
          "If-Match must name the transcript that is corrected: its ETag",
        );
      const edited = await dailies.editTranscript(media, { ...body, expect });
      const { name, aligned, estimated, words, sha256 } = edited;
      c.header("etag", representationOf(sha256, []).etag);
      return c.json({ name, aligned, estimated, words: words.length });
    },
  );
}
