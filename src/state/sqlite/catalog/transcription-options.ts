import { parsed, type Sql } from "../statements.ts";
import type { TranscriptionOptions } from "../../../media/speech.ts";

/** The last word on how a version is to be heard: an event, so that nothing that comes later undoes it. */
export function transcriptionOptions(
  sql: Sql,
  { name, version }: { readonly name: string; readonly version: string },
): TranscriptionOptions | undefined {
  const row = sql(
    `SELECT event ->> '$.speech' AS speech FROM events
     WHERE name = ? AND version = ? AND event ->> '$.type' = 'speech.asked'
     ORDER BY sequence DESC LIMIT 1`,
  ).get(name, version);
  return row === undefined ? undefined : parsed<TranscriptionOptions>(row["speech"]);
}
