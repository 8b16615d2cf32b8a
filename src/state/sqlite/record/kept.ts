import { outputsOf, type MediaRecord } from "../../../catalog/record.ts";
import type { Effect } from "../../../catalog/effect.ts";
import { orNull, parsed, type Row, type Sql } from "../statements.ts";

/** What was made of a removed media file, with the rows that lie beside its record. */
interface Kept {
  readonly record: MediaRecord;
  readonly text?: TextRows;
}

/** The words of a transcript and its metadata. */
interface TextRows {
  /** `timings` in base64. */
  readonly transcript: Row;
  readonly metadata: readonly Row[];
}

function textRows(sql: Sql, version: string): TextRows | undefined {
  const row = sql("SELECT * FROM transcripts WHERE media_version = ?").get(version);
  if (row === undefined) return undefined;
  const timings = Buffer.from(row["timings"] as Uint8Array).toString("base64");
  const metadata = sql("SELECT * FROM metadata WHERE media_version = ?").all(version);
  return { transcript: { ...row, timings }, metadata };
}

/** Keeps a record, and the rows beside it, which are still there, until its bytes may go. */
export function keepForRename(
  sql: Sql,
  { record, until }: Extract<Effect, { type: "keptForRename" }>,
  now: number,
): void {
  sql("DELETE FROM tombstones WHERE until <= ?").run(now);
  const { name, version, owner, sha256 } = record.media;
  const text = textRows(sql, version);
  const kept: Kept = { record, ...(text && { text }) };
  sql("INSERT OR REPLACE INTO tombstones VALUES (?, ?, ?, ?, ?, ?)").run(
    version,
    name,
    owner,
    sha256,
    until,
    JSON.stringify(kept),
  );
}

function keptOf(sql: Sql, version: string, now: number): Kept | undefined {
  const row = sql("SELECT kept FROM tombstones WHERE version = ? AND until > ?").get(version, now);
  return row === undefined ? undefined : parsed<Kept>(row["kept"]);
}

/** A record that is kept. Undefined when its time is over, or any of its bytes have been removed. */
export function keptRecord(sql: Sql, version: string, now: number): MediaRecord | undefined {
  const kept = keptOf(sql, version, now);
  const isThere = sql(
    `SELECT 1 WHERE EXISTS (SELECT 1 FROM objects WHERE bucket = ?1 AND version = ?2)
       OR EXISTS (SELECT 1 FROM trash WHERE bucket = ?1 AND version = ?2)`,
  );
  const outputs = kept === undefined ? [] : outputsOf(kept.record);
  const areThere = outputs.every((one) => isThere.get(one.bucket, one.version) !== undefined);
  return areThere ? kept?.record : undefined;
}

/** Copies the words and the metadata of a version, there or kept, for another one. */
export function copyText(
  sql: Sql,
  { version, from, jsonFile }: Extract<Effect, { type: "transcriptCopied" }>,
  now: number,
): void {
  const text = textRows(sql, from) ?? keptOf(sql, from, now)?.text;
  if (text === undefined) return;
  const { transcript, metadata } = text;
  sql("INSERT OR REPLACE INTO transcripts VALUES (?, ?, ?, ?, ?, ?)").run(
    version,
    orNull(transcript["text"]),
    Buffer.from(String(transcript["timings"]), "base64"),
    orNull(transcript["language_code"]),
    orNull(transcript["draft"]),
    jsonFile,
  );
  for (const row of metadata)
    sql("INSERT OR REPLACE INTO metadata VALUES (?1, ?2, ?3, json_set(?4, '$.JsonFile', ?2))").run(
      orNull(row["table_name"]),
      jsonFile,
      version,
      orNull(row["record"]),
    );
}
