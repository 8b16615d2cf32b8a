import type { Commit } from "../group-commit.ts";
import type { Sql } from "../statements.ts";
import type { Bucket } from "../../../media/media.ts";
import type { Trash } from "../../../catalog/trash.ts";

/** Bytes that no record points at any more, until they are removed. `now`: milliseconds since 1970, UTC. */
export function createTrash(sql: Sql, commit: Commit, now: () => number): Trash {
  return {
    async listTrash() {
      return sql("SELECT bucket, version FROM trash WHERE after <= ?")
        .all(now())
        .map((row) => ({
          bucket: row["bucket"] as Bucket,
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
             OR EXISTS (SELECT 1 FROM bucket_objects WHERE ?1 = 'other' AND version = ?2)
             OR EXISTS (SELECT 1 FROM multipart_parts WHERE ?1 = 'other' AND version = ?2)
             OR EXISTS (SELECT 1 FROM trash WHERE bucket = ?1 AND version = ?2) AS known`,
      ).get(bucket, version);
      return row?.["known"] === 1;
    },
    async trashUnknown(bucket, version) {
      const trashed = await commit(() =>
        sql(
          `INSERT OR IGNORE INTO trash SELECT ?1, ?2, ?3
           WHERE NOT EXISTS (SELECT 1 FROM objects WHERE bucket = ?1 AND version = ?2)
             AND NOT (?1 = 'other' AND (
               EXISTS (SELECT 1 FROM bucket_objects WHERE version = ?2)
               OR EXISTS (SELECT 1 FROM multipart_parts WHERE version = ?2)))`,
        ).run(bucket, version, now()),
      );
      return trashed.changes === 1;
    },
  };
}
