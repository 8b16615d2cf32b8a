import type { Commit } from "../../../src/state/sqlite/group-commit.ts";
import type { Sql } from "../../../src/state/sqlite/statements.ts";
import type { Trash as NewTrash } from "../../../src/catalog/trash.ts";

type Trash = Pick<NewTrash, "takeTrash">;

/** Bytes that no record points at any more, until they are removed. `now`: milliseconds since 1970, UTC. */
export function createTrash(sql: Sql, commit: Commit, now: () => number): Trash {
  return {
    async takeTrash(bucket, version) {
      return commit(() => {
        const at = now();
        sql("DELETE FROM tombstones WHERE until <= ?").run(at);
        const taken = sql("DELETE FROM trash WHERE bucket = ? AND version = ? AND after <= ?");
        return taken.run(bucket, version, at).changes === 1;
      });
    },
  };
}
