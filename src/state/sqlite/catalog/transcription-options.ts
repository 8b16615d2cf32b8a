import { parsed, type Sql } from "../statements.ts";
import type { TranscriptionOptions } from "../../../media/speech.ts";

/** How people last asked for this version's speech to be transcribed; undefined when nobody did. */
export function transcriptionOptions(
  sql: Sql,
  { name, version }: { readonly name: string; readonly version: string },
): TranscriptionOptions | undefined {
  const row = sql("SELECT transcription_options FROM media WHERE name = ? AND version = ?").get(
    name,
    version,
  );
  const options = row?.["transcription_options"];
  return typeof options === "string" ? parsed<TranscriptionOptions>(options) : undefined;
}
