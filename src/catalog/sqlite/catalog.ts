import type { DatabaseSync } from "node:sqlite";
import { createGroupCommit } from "../../database/group-commit.ts";
import { recordEvent, settleMedia } from "../../database/settle.ts";
import { parsed, statements, type Sql } from "../../database/statements.ts";
import { MediaError } from "../../media/errors.ts";
import type { Catalog, Change, Expectation, Write } from "../catalog.ts";
import * as jobs from "./job-changes.ts";
import { jobsBefore } from "./job-pages.ts";
import * as media from "./media-changes.ts";
import {
  attemptOf,
  eventOf,
  labelOf,
  mediaOf,
  objectOf,
  renditionOf,
} from "../../database/rows.ts";
import type { Readers } from "./readers.ts";
import { adopt, findTwin, isTwinThere } from "./twins.ts";
import { getBrief } from "./media-pages.ts";
import { createSlowReads } from "./slow-reads.ts";
import { speechWish } from "./speech-wish.ts";

/** One write holds at most this many changes: what DynamoDB's transactions allow. */
const maxChanges = 100;

interface Options {
  readonly database: DatabaseSync;
  /** Name of the table that metadata records are kept under. Default: `metadata`. */
  readonly metadataTable?: string;
  /** Where slow reads run, of the same file; the catalog closes them. Default: on this thread. */
  readonly readers?: Readers;
}

function isMet(sql: Sql, expect: Expectation, now: number): boolean {
  const row = sql("SELECT version FROM media WHERE name = ?").get(expect.name);
  if ((row?.["version"] ?? null) !== expect.version) return false;
  if (expect.twin !== undefined && !isTwinThere(sql, expect.twin, now)) return false;
  if (expect.attempt === undefined) return true;
  return (
    sql("SELECT 1 FROM jobs WHERE attempt = ? AND version = ? AND current = 1").get(
      expect.attempt,
      expect.version,
    ) !== undefined
  );
}

function write(sql: Sql, name: string, metadataTable: string, change: Change, now: number): void {
  switch (change.type) {
    case "putMedia":
      return media.putMedia(sql, change.media, change.source, now);
    case "setFacts":
      return media.setFacts(sql, change.version, change.facts, now);
    case "removeMedia":
      return media.removeMedia(sql, change.name, change.keepBytesMs, now);
    case "enqueue":
      return jobs.enqueueJob(sql, change.job, change.request, now);
    case "skip":
      return jobs.skipJob(sql, change.job, change.reason, now);
    case "retry":
      return jobs.retryJob(sql, change.jobId, change.request, now);
    case "cancel":
      return jobs.cancelJob(sql, change.jobId, now);
    case "redo":
      return jobs.redoJob(sql, change.jobId, change.waits ?? false, now);
    case "adopt":
      return adopt(sql, { name, version: change.version }, change.from, now);
    case "finishJob":
      return jobs.finishJob(sql, change.attempt, change.outcome, now);
    case "putRendition":
      return media.putRendition(sql, change.version, change.rendition, now);
    case "putOutput":
      return media.putObject(sql, change.version, change.object, now);
    case "putLabels":
      return media.putLabels(sql, name, change.version, change.labels);
    case "putTranscript":
      return media.putTranscript(
        sql,
        change.version,
        change.transcript,
        change.metadata,
        metadataTable,
      );
    case "index":
      return media.indexMedia(sql, change.version);
    case "event":
      return recordEvent(sql, change.event, now);
    case "settle":
      return settleMedia(sql, change.version, now);
  }
}

/** The catalog in a SQLite database that `openDatabase` opened; `:memory:` serves tests. */
export function createSqliteCatalog(options: Options): Catalog {
  const { database, metadataTable = "metadata", readers } = options;
  const sql = statements(database);
  const commit = createGroupCommit(database);
  const now = () => Date.now();
  return {
    ...(readers ?? createSlowReads(sql)),
    async apply({ expect, changes }: Write) {
      if (changes.length > maxChanges)
        throw new MediaError("internal", `a write of ${changes.length} changes; ${maxChanges} fit`);
      return commit(() => {
        const at = now();
        if (!isMet(sql, expect, at)) return "superseded";
        for (const change of changes) write(sql, expect.name, metadataTable, change, at);
        return "applied";
      });
    },
    async getMedia(name) {
      const row = sql("SELECT * FROM media WHERE name = ?").get(name);
      return row === undefined ? undefined : mediaOf(row);
    },
    getBrief: async (name, owner) => getBrief(sql, name, owner),
    async listAttempts(name) {
      return sql(
        `SELECT attempts.* FROM attempts JOIN media USING (version)
         WHERE media.name = ? ORDER BY attempts.id`,
      )
        .all(name)
        .map(attemptOf);
    },
    async listEvents(name) {
      return sql("SELECT * FROM events WHERE name = ? ORDER BY sequence").all(name).map(eventOf);
    },
    speechWish: async (subject) => speechWish(sql, subject),
    jobsBefore: async (jobId) => jobsBefore(sql, jobId),
    async lastEvent() {
      return Number(sql("SELECT max(sequence) AS last FROM events").get()?.["last"] ?? 0);
    },
    async listEventsAfter({ owner, after, limit }) {
      return sql(
        `SELECT * FROM events INDEXED BY events_by_owner
         WHERE owner = ? AND sequence > ? ORDER BY sequence LIMIT ?`,
      )
        .all(owner, after, limit)
        .map(eventOf);
    },
    async listRenditions(version) {
      return sql(
        `SELECT * FROM renditions JOIN objects USING (media_version, key)
         WHERE media_version = ? ORDER BY rendition`,
      )
        .all(version)
        .map(renditionOf);
    },
    async listOutputs(version) {
      return sql(
        "SELECT * FROM objects WHERE media_version = ? AND bucket = 'outputs' ORDER BY key",
      )
        .all(version)
        .map(objectOf);
    },
    async getLabels(version) {
      return sql("SELECT * FROM labels WHERE media_version = ? ORDER BY confidence DESC, label")
        .all(version)
        .map(labelOf);
    },
    async isDraft(version) {
      const draft = "SELECT 1 FROM transcripts WHERE media_version = ? AND draft = 1";
      return sql(draft).get(version) !== undefined;
    },
    async getMetadata(jsonFile, owner) {
      const row = sql(
        `SELECT record FROM metadata JOIN media ON media.version = metadata.media_version
         WHERE table_name = ?1 AND json_file = ?2 AND (?3 IS NULL OR media.owner = ?3)`,
      ).get(metadataTable, jsonFile, owner ?? null);
      return row === undefined ? undefined : parsed(row["record"]);
    },
    async findObject(bucket, key) {
      const row = sql("SELECT * FROM objects WHERE bucket = ? AND key = ?").get(bucket, key);
      return row === undefined ? undefined : objectOf(row);
    },
    async listObjects({ bucket, after = "", limit }) {
      return sql(
        `SELECT objects.*, media.name AS media_name FROM objects
           JOIN media ON media.version = objects.media_version
         WHERE bucket = ? AND key > ? ORDER BY key LIMIT ?`,
      )
        .all(bucket, after, limit)
        .map((row) => ({ ...objectOf(row), mediaName: String(row["media_name"]) }));
    },
    async findTwin(query) {
      return findTwin(sql, query, now());
    },
    async listImports({ folder, after = `${folder}/`, limit, removed = false }) {
      return sql(
        `SELECT path, imports.size_bytes, modified_ns, inode, imports.name, imports.version
           FROM imports LEFT JOIN media USING (name, version)
         WHERE path > ?1 AND path < ?2 AND (CASE ?4 WHEN 1 THEN removed ELSE id NOTNULL END)
         ORDER BY path LIMIT ?3`,
      )
        .all(after, `${folder}0`, limit, removed ? 1 : 0) // 0 is the character after /
        .map((row) => ({
          path: String(row["path"]),
          sizeBytes: Number(row["size_bytes"]),
          modifiedNs: BigInt(String(row["modified_ns"])),
          inode: BigInt(String(row["inode"])),
          name: String(row["name"]),
          version: String(row["version"]),
        }));
    },
    async findImport(stamp) {
      const row = sql(
        `SELECT imports.name, imports.version FROM imports JOIN media USING (name, version)
         WHERE path = ? AND imports.size_bytes = ? AND modified_ns = ? AND inode = ?`,
      ).get(stamp.path, stamp.sizeBytes, String(stamp.modifiedNs), String(stamp.inode));
      return row === undefined
        ? undefined
        : { name: String(row["name"]), version: String(row["version"]) };
    },
    async noteImport(stamp, imported) {
      await commit(() =>
        sql(
          `INSERT OR REPLACE INTO imports (path, size_bytes, modified_ns, inode, name, version)
           VALUES (?, ?, ?, ?, ?, ?)`,
        ).run(
          stamp.path,
          stamp.sizeBytes,
          String(stamp.modifiedNs),
          String(stamp.inode),
          imported.name,
          imported.version,
        ),
      );
    },
    async forgetImport(path) {
      await commit(() => sql("DELETE FROM imports WHERE path = ?").run(path));
    },
    async listTrash() {
      return sql("SELECT bucket, version FROM trash WHERE after <= ?")
        .all(now())
        .map((row) => ({
          bucket: row["bucket"] as "uploads" | "outputs",
          version: String(row["version"]),
        }));
    },
    async takeTrash(bucket, version) {
      return commit(() => {
        const at = now();
        sql("DELETE FROM tombstones WHERE until <= ?").run(at);
        const taken = sql("DELETE FROM trash WHERE bucket = ? AND version = ? AND after <= ?");
        return taken.run(bucket, version, at).changes === 1;
      });
    },
    async knowsBytes(bucket, version) {
      const row = sql(
        `SELECT EXISTS (SELECT 1 FROM objects WHERE bucket = ?1 AND version = ?2)
             OR EXISTS (SELECT 1 FROM trash WHERE bucket = ?1 AND version = ?2) AS known`,
      ).get(bucket, version);
      return row?.["known"] === 1;
    },
    async condemn(bucket, version) {
      const condemned = await commit(() =>
        sql(
          `INSERT OR IGNORE INTO trash SELECT ?1, ?2, ?3
           WHERE NOT EXISTS (SELECT 1 FROM objects WHERE bucket = ?1 AND version = ?2)`,
        ).run(bucket, version, now()),
      );
      return condemned.changes === 1;
    },
    async watchedFolder(path) {
      const row = sql("SELECT identity FROM watched_folders WHERE path = ?").get(path);
      return row === undefined ? undefined : String(row["identity"]);
    },
    async noteWatchedFolder(path, identity) {
      await commit(() =>
        sql("INSERT OR REPLACE INTO watched_folders VALUES (?, ?)").run(path, identity),
      );
    },
    async close() {
      await readers?.close();
      if (database.isOpen) database.close();
    },
  };
}
