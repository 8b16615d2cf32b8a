import type { Sql } from "../../../src/state/sqlite/statements.ts";
import { orNull } from "../../../src/state/sqlite/statements.ts";
import type { MediaFacts } from "../../../src/media/facts.ts";
import type { LabelSummary } from "../../../src/media/label.ts";
import type { Rendition, StoredObject } from "../../../src/media/media.ts";
import { transcriptText, type Transcript } from "../../../src/media/transcript.ts";
import type { MetadataRecord, NewMedia } from "../catalog-port.ts";
import { bury } from "./tombstones.ts";

/** Bytes of a version go to the trash unless another key still stands for them. */
function trashBytes(sql: Sql, bucket: string, version: string, after: number): void {
  sql(
    `INSERT OR IGNORE INTO trash SELECT ?1, ?2, ?3
     WHERE NOT EXISTS (SELECT 1 FROM objects WHERE bucket = ?1 AND version = ?2)`,
  ).run(bucket, version, after);
}

export function putObject(sql: Sql, mediaVersion: string, object: StoredObject, now: number): void {
  const old = sql("SELECT version FROM objects WHERE bucket = ? AND key = ?").get(
    object.bucket,
    object.key,
  );
  sql("INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?)").run(
    object.bucket,
    object.key,
    object.version,
    object.sha256,
    object.sizeBytes,
    object.contentType,
    mediaVersion,
    now,
  );
  sql("DELETE FROM trash WHERE bucket = ? AND version = ?").run(object.bucket, object.version);
  if (old !== undefined && old["version"] !== object.version)
    trashBytes(sql, object.bucket, String(old["version"]), now);
}

/** Everything that belongs to a version, but its record; its bytes may go after `keepBytesMs`. */
function dropVersion(sql: Sql, version: string, now: number, keepBytesMs: number): void {
  const objects = sql("SELECT bucket, version FROM objects WHERE media_version = ?").all(version);
  sql("DELETE FROM objects WHERE media_version = ?").run(version);
  for (const object of objects)
    trashBytes(sql, String(object["bucket"]), String(object["version"]), now + keepBytesMs);
  sql("DELETE FROM search WHERE rowid = (SELECT id FROM media WHERE version = ?)").run(version);
  for (const table of ["renditions", "labels", "transcripts", "metadata"])
    sql(`DELETE FROM ${table} WHERE media_version = ?`).run(version);
  for (const table of ["jobs", "attempts"])
    sql(`DELETE FROM ${table} WHERE version = ?`).run(version);
}

export function putMedia(sql: Sql, media: NewMedia, source: StoredObject, now: number): void {
  const old = sql("SELECT version FROM media WHERE name = ?").get(media.name);
  if (old !== undefined) {
    dropVersion(sql, String(old["version"]), now, 0);
    sql("DELETE FROM media WHERE name = ?").run(media.name);
  }
  sql(
    `INSERT INTO media (name, version, owner, sha256, size_bytes, origin, state, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, 'processing', ?, ?)`,
  ).run(
    media.name,
    media.version,
    media.owner,
    media.sha256,
    media.sizeBytes,
    orNull(media.origin),
    now,
    now,
  );
  putObject(sql, media.version, source, now);
}

export function removeMedia(sql: Sql, name: string, keepBytesMs: number, now: number): void {
  const row = sql("SELECT version FROM media WHERE name = ?").get(name);
  if (row === undefined) return;
  bury(sql, String(row["version"]), now + keepBytesMs, now);
  dropVersion(sql, String(row["version"]), now, keepBytesMs);
  sql("DELETE FROM media WHERE name = ?").run(name);
  // a file that stays in a watched folder would bring it back
  sql(
    `UPDATE imports SET removed = 1 WHERE name = ? AND EXISTS (
       SELECT 1 FROM watched_folders AS one
       WHERE substr(imports.path, 1, length(one.path) + 1) = one.path || '/')`,
  ).run(name);
  sql("DELETE FROM imports WHERE name = ? AND removed = 0").run(name);
}

export function setFacts(sql: Sql, version: string, facts: MediaFacts, now: number): void {
  sql("UPDATE media SET type = ?, facts = ?, updated_at = ? WHERE version = ?").run(
    facts.type,
    JSON.stringify(facts),
    now,
    version,
  );
  sql("UPDATE labels SET type = ? WHERE media_version = ?").run(facts.type, version);
}

export function putRendition(sql: Sql, version: string, rendition: Rendition, now: number): void {
  putObject(sql, version, rendition.object, now);
  sql("INSERT OR REPLACE INTO renditions VALUES (?, ?, ?, ?, ?, ?, ?, ?)").run(
    version,
    rendition.rendition,
    rendition.object.key,
    orNull(rendition.width),
    orNull(rendition.height),
    orNull(rendition.durationMs),
    rendition.engine,
    rendition.copied ? 1 : 0,
  );
}

export function putLabels(
  sql: Sql,
  name: string,
  version: string,
  labels: readonly LabelSummary[],
): void {
  sql("DELETE FROM labels WHERE media_version = ?").run(version);
  for (const label of labels)
    sql(
      `INSERT OR REPLACE INTO labels (label, name, media_version, confidence, parents, type)
       VALUES (?1, ?2, ?3, ?4, ?5, (SELECT type FROM media WHERE version = ?3))`,
    ).run(label.name, name, version, label.confidence, JSON.stringify(label.parents));
}

/** Start and end of each word, 32-bit little-endian milliseconds. */
function packTimings(transcript: Transcript): Buffer {
  const packed = Buffer.alloc(transcript.words.length * 8);
  for (const [index, word] of transcript.words.entries()) {
    packed.writeUInt32LE(word.startMs, index * 8);
    packed.writeUInt32LE(word.endMs, index * 8 + 4);
  }
  return packed;
}

export function putTranscript(
  sql: Sql,
  version: string,
  transcript: Transcript,
  metadata: MetadataRecord,
  metadataTable: string,
): void {
  // one searchable word per timing: a word with a space inside would shift all that follow
  const words = transcript.words.map((word) => ({ ...word, text: word.text.replace(/\s+/g, "_") }));
  sql("INSERT OR REPLACE INTO transcripts VALUES (?, ?, ?, ?, ?, ?)").run(
    version,
    transcriptText(words),
    packTimings(transcript),
    transcript.languageCode,
    transcript.engine.quality === "draft" ? 1 : 0,
    metadata.JsonFile,
  );
  sql("INSERT OR REPLACE INTO metadata VALUES (?, ?, ?, ?)").run(
    metadataTable,
    metadata.JsonFile,
    version,
    JSON.stringify(metadata),
  );
}

/** Makes the media findable by its name, labels and transcript as they are now. */
export function indexMedia(sql: Sql, version: string): void {
  const media = sql("SELECT id, name FROM media WHERE version = ?").get(version);
  if (media === undefined) return;
  const labels = sql("SELECT label FROM labels WHERE media_version = ?").all(version);
  const transcript = sql("SELECT text FROM transcripts WHERE media_version = ?").get(version);
  sql("DELETE FROM search WHERE rowid = ?").run(orNull(media["id"]));
  sql("INSERT INTO search (rowid, name, labels, transcript) VALUES (?, ?, ?, ?)").run(
    orNull(media["id"]),
    orNull(media["name"]),
    labels.map((row) => row["label"]).join(" "),
    transcript === undefined ? "" : orNull(transcript["text"]),
  );
}
