import type { BytesRef, Effect, SearchedText } from "../../../catalog/effect.ts";
import type { MediaRecord } from "../../../catalog/record.ts";
import { recordMessage } from "../notify/messages.ts";
import { orNull, type Sql } from "../statements.ts";
import { indexRow } from "../search/index-row.ts";
import { copyText } from "./kept.ts";

/** Where effects are saved. */
export interface Place {
  readonly sql: Sql;
  readonly metadataTable: string;
  /** Milliseconds since 1970, UTC. */
  readonly now: number;
  /** The media file's name. */
  readonly name: string;
  /** The record as it has been saved, and its row. */
  readonly saved: { readonly id: number; readonly record: MediaRecord } | undefined;
}

/** Bytes go to the trash unless a key still stands for them. */
function dropBytes(sql: Sql, { bucket, version }: BytesRef, removeAt: number): void {
  sql(
    `INSERT OR IGNORE INTO trash SELECT ?1, ?2, ?3
     WHERE NOT EXISTS (SELECT 1 FROM objects WHERE bucket = ?1 AND version = ?2)`,
  ).run(bucket, version, removeAt);
}

function startAttempt(
  { sql, name, saved }: Place,
  { attempt, slot, session }: Extract<Effect, { type: "attemptStarted" }>,
): void {
  const version = orNull(saved?.record.media.version);
  const { id, jobId, step, startedAt } = attempt;
  sql(
    "INSERT INTO held_slots (attempt, kind, version, session, name, step) VALUES (?, ?, ?, ?, ?, ?)",
  ).run(id, slot, version, session, name, step);
  sql("INSERT INTO attempts (id, job_id, version, step, started_at) VALUES (?, ?, ?, ?, ?)").run(
    id,
    jobId,
    version,
    step,
    startedAt,
  );
}

function endAttempt(sql: Sql, { attempt, end }: Extract<Effect, { type: "attemptEnded" }>): void {
  sql("DELETE FROM held_slots WHERE attempt = ?").run(attempt);
  sql(
    `UPDATE attempts SET finished_at = ?, outcome = ?, failure = ?, details = ?, notes = ?
     WHERE id = ? AND finished_at IS NULL`,
  ).run(
    end.finishedAt,
    end.outcome,
    end.failure === undefined ? null : JSON.stringify(end.failure),
    end.details === undefined ? null : JSON.stringify(end.details),
    JSON.stringify(end.notes),
    attempt,
  );
}

/** Start and end of each word, 32-bit little-endian milliseconds. */
function packTimings({ words }: SearchedText): Buffer {
  const packed = Buffer.alloc(words.length * 8);
  for (const [place, word] of words.entries()) {
    packed.writeUInt32LE(word.startMs, place * 8);
    packed.writeUInt32LE(word.endMs, place * 8 + 4);
  }
  return packed;
}

function putText(
  { sql, metadataTable, saved }: Place,
  { version, searched, metadata }: Extract<Effect, { type: "transcriptPut" }>,
): void {
  const transcript = saved?.record.stored.transcript;
  if (transcript === undefined) return; // removed by the same write
  sql("INSERT OR REPLACE INTO transcripts VALUES (?, ?, ?, ?, ?, ?)").run(
    version,
    searched.text,
    packTimings(searched),
    transcript.languageCode,
    transcript.draft ? 1 : 0,
    transcript.jsonFile,
  );
  sql("INSERT OR REPLACE INTO metadata VALUES (?, ?, ?, ?)").run(
    metadataTable,
    metadata.JsonFile,
    version,
    JSON.stringify(metadata),
  );
}

function index({ sql, saved }: Place): void {
  if (saved === undefined) return;
  const { id, record } = saved;
  const { name, version } = record.media;
  const labels = record.stored.labels.map((label) => label.name);
  indexRow(sql, { id, name, version, labels });
}

/** A file that stays in a watched folder would bring a removed media file back: it is remembered. */
function forgetImports(sql: Sql, name: string): void {
  sql(
    `UPDATE imports SET removed = 1 WHERE name = ? AND EXISTS (
       SELECT 1 FROM watched_folders AS one
       WHERE substr(imports.path, 1, length(one.path) + 1) = one.path || '/')`,
  ).run(name);
  sql("DELETE FROM imports WHERE name = ? AND removed = 0").run(name);
}

/** Saves what follows from a write, after the record; `keptForRename` has gone before it. */
export function saveEffect(place: Place, effect: Effect): void {
  const { sql, now } = place;
  switch (effect.type) {
    case "event": {
      const { event, owner } = effect;
      const text = JSON.stringify(event);
      sql("INSERT INTO events (at, name, version, event, owner) VALUES (?, ?, ?, ?, ?)").run(
        now,
        event.name,
        event.version,
        text,
        owner,
      );
      return;
    }
    case "notice":
      return recordMessage(sql, effect, now);
    case "bytesGained":
      sql("DELETE FROM trash WHERE bucket = ? AND version = ?").run(effect.bucket, effect.version);
      return;
    case "bytesDropped":
      return dropBytes(sql, effect, effect.removeAt);
    case "attemptStarted":
      return startAttempt(place, effect);
    case "attemptAccepted":
      sql(
        "UPDATE held_slots SET engine = ?, external_id = ?, accepted_at = ? WHERE attempt = ?",
      ).run(effect.engine, effect.externalId, now, effect.attempt);
      return;
    case "attemptEnded":
      return endAttempt(sql, effect);
    case "keptForRename":
      return;
    case "takenOver":
      sql("DELETE FROM tombstones WHERE version = ?").run(effect.version);
      return;
    case "transcriptPut":
      return putText(place, effect);
    case "transcriptCopied":
      return copyText(sql, effect, now);
    case "indexed":
      return index(place);
    case "imported": {
      const { path, sizeBytes, modifiedNs, inode } = effect.file;
      sql(
        `INSERT OR REPLACE INTO imports (path, size_bytes, modified_ns, inode, name, version)
         VALUES (?, ?, ?, ?, ?, ?)`,
      ).run(path, sizeBytes, String(modifiedNs), String(inode), place.name, effect.version);
      return;
    }
    case "removed":
      return forgetImports(sql, effect.name);
  }
}
