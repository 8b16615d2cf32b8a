import type { DatabaseSync } from "node:sqlite";
import { createGroupCommit } from "../../database/group-commit.ts";
import { recordEvent, settleMedia } from "../../database/settle.ts";
import { parsed, statements, type Sql } from "../../database/statements.ts";
import { MediaError } from "../../media/errors.ts";
import type { Catalog, Change, Expectation, Write } from "../catalog.ts";
import * as jobs from "./job-changes.ts";
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
import { createSlowReads } from "./slow-reads.ts";

/** One write holds at most this many changes: what DynamoDB's transactions allow. */
const maxChanges = 100;

interface Options {
  readonly database: DatabaseSync;
  /** Name of the table that metadata records are kept under. Default: `metadata`. */
  readonly metadataTable?: string;
  /** Where slow reads run, of the same file; the catalog closes them. Default: on this thread. */
  readonly readers?: Readers;
}

function isMet(sql: Sql, expect: Expectation): boolean {
  const row = sql("SELECT version FROM media WHERE name = ?").get(expect.name);
  if ((row?.["version"] ?? null) !== expect.version) return false;
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
        if (!isMet(sql, expect)) return "superseded";
        const at = now();
        for (const change of changes) write(sql, expect.name, metadataTable, change, at);
        return "applied";
      });
    },
    async getMedia(name) {
      const row = sql("SELECT * FROM media WHERE name = ?").get(name);
      return row === undefined ? undefined : mediaOf(row);
    },
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
    async getMetadata(jsonFile) {
      const row = sql("SELECT record FROM metadata WHERE table_name = ? AND json_file = ?").get(
        metadataTable,
        jsonFile,
      );
      return row === undefined ? undefined : parsed(row["record"]);
    },
    async findObject(bucket, key) {
      const row = sql("SELECT * FROM objects WHERE bucket = ? AND key = ?").get(bucket, key);
      return row === undefined ? undefined : objectOf(row);
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
        sql("INSERT OR REPLACE INTO imports VALUES (?, ?, ?, ?, ?, ?)").run(
          stamp.path,
          stamp.sizeBytes,
          String(stamp.modifiedNs),
          String(stamp.inode),
          imported.name,
          imported.version,
        ),
      );
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
      const taken = await commit(() =>
        sql("DELETE FROM trash WHERE bucket = ? AND version = ?").run(bucket, version),
      );
      return taken.changes === 1;
    },
    async knowsBytes(bucket, version) {
      const row = sql(
        `SELECT EXISTS (SELECT 1 FROM objects WHERE bucket = ?1 AND version = ?2)
             OR EXISTS (SELECT 1 FROM trash WHERE bucket = ?1 AND version = ?2) AS known`,
      ).get(bucket, version);
      return row?.["known"] === 1;
    },
    async close() {
      await readers?.close();
      if (database.isOpen) database.close();
    },
  };
}
