import { attemptOf, eventOf, labelOf, mediaOf, objectOf, renditionOf } from "../rows.ts";
import { keyBounds } from "../key-bounds.ts";
import { parsed, type Sql } from "../statements.ts";
import type { Catalog, ObjectPage } from "../../../catalog/catalog.ts";
import { jobsBefore } from "./job-pages.ts";
import { getBrief } from "./media-pages.ts";
import { transcriptionOptions } from "./transcription-options.ts";

type LookUps = Pick<
  Catalog,
  | "getMedia"
  | "getBrief"
  | "listAttempts"
  | "listEvents"
  | "transcriptionOptions"
  | "jobsBefore"
  | "lastEvent"
  | "listEventsAfter"
  | "getSource"
  | "listRenditions"
  | "listOutputs"
  | "getLabels"
  | "isDraft"
  | "getMetadata"
  | "listObjects"
>;

function listObjects(sql: Sql, { bucket, owner, limit, ...page }: ObjectPage) {
  const { where, values } = keyBounds(page);
  return sql(
    `SELECT objects.*, media.name AS media_name FROM objects
         CROSS JOIN media ON media.version = objects.media_version
       WHERE bucket = ? AND ${where} AND (?${values.length + 2} IS NULL OR owner = ?${values.length + 2})
       ORDER BY key LIMIT ?${values.length + 3}`,
  )
    .all(bucket, ...values, owner ?? null, limit)
    .map((row) => ({ ...objectOf(row), mediaName: String(row["media_name"]) }));
}

function eventsAfter(sql: Sql, { owner, after, limit }: Parameters<Catalog["listEventsAfter"]>[0]) {
  if (owner === undefined)
    return sql("SELECT * FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?")
      .all(after, limit)
      .map(eventOf);
  return sql(
    `SELECT * FROM events INDEXED BY events_by_owner
     WHERE owner = ? AND sequence > ? ORDER BY sequence LIMIT ?`,
  )
    .all(owner, after, limit)
    .map(eventOf);
}

/** What is found by a key, and so fast enough for the thread that asks. */
export function createLookUps(sql: Sql, metadataTable: string): LookUps {
  return {
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
    transcriptionOptions: async (subject) => transcriptionOptions(sql, subject),
    jobsBefore: async (jobId) => jobsBefore(sql, jobId),
    async lastEvent() {
      return Number(sql("SELECT max(sequence) AS last FROM events").get()?.["last"] ?? 0);
    },
    listEventsAfter: async (query) => eventsAfter(sql, query),
    async getSource({ name, version }) {
      const row = sql(
        "SELECT * FROM objects WHERE bucket = 'uploads' AND key = ? AND media_version = ?",
      ).get(name, version);
      return row === undefined ? undefined : objectOf(row);
    },
    async listRenditions({ version }) {
      return sql(
        `SELECT * FROM renditions JOIN objects USING (media_version, key)
         WHERE media_version = ? ORDER BY rendition`,
      )
        .all(version)
        .map(renditionOf);
    },
    async listOutputs({ version }) {
      return sql(
        "SELECT * FROM objects WHERE media_version = ? AND bucket = 'outputs' ORDER BY key",
      )
        .all(version)
        .map(objectOf);
    },
    async getLabels({ version }) {
      return sql("SELECT * FROM labels WHERE media_version = ? ORDER BY confidence DESC, label")
        .all(version)
        .map(labelOf);
    },
    async isDraft({ version }) {
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
    listObjects: async (page) => listObjects(sql, page),
  };
}
