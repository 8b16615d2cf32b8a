import type { Commit } from "../../../src/state/sqlite/group-commit.ts";
import type { Sql } from "../../../src/state/sqlite/statements.ts";
import type { Catalog } from "../../../src/catalog/catalog.ts";

type Trash = Pick<Catalog, "listTrash" | "takeTrash" | "knowsBytes" | "condemn">;

/** Bytes that no record points at any more, until they are removed. `now`: milliseconds since 1970, UTC. */
export function createTrash(sql: Sql, commit: Commit, now: () => number): Trash {
  return {
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
  };
}
