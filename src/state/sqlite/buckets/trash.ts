import type { Sql } from "../statements.ts";

/** Within a commit: bytes in the store's bucket `other` that no record points at any more. */
export function trash(sql: Sql, version: string, now: number): void {
  sql("INSERT OR IGNORE INTO trash (bucket, version, after) VALUES ('other', ?, ?)").run(
    version,
    now,
  );
}
