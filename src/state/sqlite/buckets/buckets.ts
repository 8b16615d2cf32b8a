import type { DatabaseSync } from "node:sqlite";
import { placeOf, type Buckets, type ObjectFacts } from "../../../buckets/buckets.ts";
import { createGroupCommit, type Commit } from "../group-commit.ts";
import { keyBounds } from "../key-bounds.ts";
import { parsed, statements, type Sql } from "../statements.ts";
import { bucketOf, objectOf, recorded } from "./rows.ts";
import { trash } from "./trash.ts";
import { createUploads, endUpload } from "./uploads.ts";

/** Facts are noted before their media file is recorded; so long they are kept without one. */
const unrecordedMs = 24 * 3_600_000;

interface Parts {
  readonly sql: Sql;
  readonly commit: Commit;
  readonly now: () => number;
}

function getObject({ sql }: Parts, bucket: string, key: string) {
  const row = sql("SELECT * FROM bucket_objects WHERE bucket = ? AND key = ?").get(bucket, key);
  return row === undefined ? undefined : objectOf(row);
}

function createRecords({
  sql,
  commit,
}: Parts): Pick<Buckets, "createBucket" | "getBucket" | "listBuckets"> {
  const find = (name: string) => {
    const row = sql("SELECT * FROM buckets WHERE name = ?").get(name);
    return row === undefined ? undefined : bucketOf(row);
  };
  return {
    createBucket: (bucket) =>
      commit(() => {
        const { name, owner, createdAt, region } = bucket;
        const existing = find(name);
        if (existing === undefined)
          sql("INSERT INTO buckets (name, owner, created_at, region) VALUES (?, ?, ?, ?)").run(
            name,
            owner,
            createdAt,
            region,
          );
        return existing;
      }),
    getBucket: async (name) => find(name),
    listBuckets: async (owner) =>
      sql("SELECT * FROM buckets WHERE owner = ? ORDER BY name").all(owner).map(bucketOf),
  };
}

function createObjects(
  parts: Parts,
): Pick<
  Buckets,
  "recordedFrom" | "getObject" | "listObjects" | "putObject" | "removeObject" | "removeBucket"
> {
  const { sql, commit, now } = parts;
  return {
    async recordedFrom(version, limit) {
      return sql(
        `SELECT bucket, key, version, sha256, size_bytes FROM bucket_objects WHERE version >= ?1
         UNION ALL
         SELECT bucket, key, version, sha256, size_bytes
         FROM multipart_parts JOIN multipart_uploads ON multipart_uploads.id = upload
         WHERE version >= ?1
         ORDER BY version LIMIT ?2`,
      )
        .all(version, limit)
        .map((row) => ({
          ...recorded(row),
          ...placeOf(String(row["bucket"]), String(row["key"])),
        }));
    },
    removeBucket: (name) =>
      commit(() => {
        if (sql("SELECT 1 FROM bucket_objects WHERE bucket = ? LIMIT 1").get(name) !== undefined)
          return false;
        for (const row of sql("SELECT id FROM multipart_uploads WHERE bucket = ?").all(name))
          endUpload(sql, String(row["id"]), now());
        sql("DELETE FROM buckets WHERE name = ?").run(name);
        return true;
      }),
    getObject: async (bucket, key) => getObject(parts, bucket, key),
    async listObjects(bucket, { limit, ...page }) {
      const { where, values } = keyBounds(page);
      return sql(`SELECT * FROM bucket_objects WHERE bucket = ? AND ${where} ORDER BY key LIMIT ?`)
        .all(bucket, ...values, limit)
        .map(objectOf);
    },
    putObject: (object, expected) =>
      commit(() => {
        const { bucket, key, version, sha256, sizeBytes, facts } = object;
        if (sql("SELECT 1 FROM buckets WHERE name = ?").get(bucket) === undefined) return false;
        const existing = getObject(parts, bucket, key);
        expected?.(existing);
        sql(
          `INSERT OR REPLACE INTO bucket_objects (bucket, key, version, sha256, size_bytes, facts)
           VALUES (?, ?, ?, ?, ?, ?)`,
        ).run(bucket, key, version, sha256, sizeBytes, JSON.stringify(facts));
        if (existing !== undefined && existing.version !== version)
          trash(sql, existing.version, now());
        return true;
      }),
    removeObject: (bucket, key, expected) =>
      commit(() => {
        const existing = getObject(parts, bucket, key);
        expected?.(existing);
        if (existing === undefined) return undefined;
        sql("DELETE FROM bucket_objects WHERE bucket = ? AND key = ?").run(bucket, key);
        trash(sql, existing.version, now());
        return existing;
      }),
  };
}

function createFacts({ sql, commit, now }: Parts): Pick<Buckets, "noteFacts" | "factsOf" | "tidy"> {
  return {
    noteFacts: (version, facts) =>
      commit(() => {
        sql("INSERT OR REPLACE INTO upload_facts (version, facts, noted_at) VALUES (?, ?, ?)").run(
          version,
          JSON.stringify(facts),
          now(),
        );
      }),
    async factsOf(versions) {
      const one = sql("SELECT facts FROM upload_facts WHERE version = ?");
      const found = new Map<string, ObjectFacts>();
      for (const version of versions) {
        const row = one.get(version);
        if (row !== undefined) found.set(version, parsed(row["facts"]));
      }
      return found;
    },
    tidy: (before) =>
      commit(() => {
        const stale = sql("SELECT id FROM multipart_uploads WHERE created_at < ?").all(before);
        for (const row of stale) endUpload(sql, String(row["id"]), now());
        sql(
          `DELETE FROM upload_facts WHERE noted_at < ?
             AND NOT EXISTS (SELECT 1 FROM media WHERE media.version = upload_facts.version)`,
        ).run(now() - unrecordedMs);
        return stale.length;
      }),
  };
}

/** Buckets in the library's database. */
export function createSqliteBuckets({
  database,
  now = Date.now,
}: {
  readonly database: DatabaseSync;
  readonly now?: () => number;
}): Buckets {
  const parts: Parts = { sql: statements(database), commit: createGroupCommit(database), now };
  return {
    ...createRecords(parts),
    ...createObjects(parts),
    ...createFacts(parts),
    ...createUploads(parts),
  };
}
