import type { Commit } from "../group-commit.ts";
import type { Sql } from "../statements.ts";
import type { Imports, WatchedFolders } from "../../../local/imports.ts";

/** What is remembered of files and folders on this machine that media came from. */
export function createImports(sql: Sql, commit: Commit): Imports & WatchedFolders {
  return {
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
    async forgetImport(path) {
      await commit(() => sql("DELETE FROM imports WHERE path = ?").run(path));
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
  };
}
