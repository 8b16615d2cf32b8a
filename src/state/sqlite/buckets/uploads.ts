import type { Buckets } from "../../../buckets/buckets.ts";
import type { Commit } from "../group-commit.ts";
import { keyBounds } from "../key-bounds.ts";
import type { Sql } from "../statements.ts";
import { partOf, uploadOf } from "./rows.ts";
import { trash } from "./trash.ts";

interface Parts {
  readonly sql: Sql;
  readonly commit: Commit;
  readonly now: () => number;
}

type Uploads = Pick<
  Buckets,
  "startUpload" | "getUpload" | "listUploads" | "putPart" | "listParts" | "endUpload"
>;

/** Within a commit: the upload goes, and its parts' bytes go to the trash. */
export function endUpload(sql: Sql, id: string, now: number): boolean {
  for (const row of sql("SELECT version FROM multipart_parts WHERE upload = ?").all(id))
    trash(sql, String(row["version"]), now);
  sql("DELETE FROM multipart_parts WHERE upload = ?").run(id);
  return sql("DELETE FROM multipart_uploads WHERE id = ?").run(id).changes === 1;
}

export function createUploads({ sql, commit, now }: Parts): Uploads {
  const find = (id: string) => sql("SELECT * FROM multipart_uploads WHERE id = ?").get(id);
  return {
    startUpload: ({ id, bucket, key, owner, createdAt, ...rest }) =>
      commit(() => {
        sql(
          `INSERT INTO multipart_uploads (id, bucket, key, owner, created_at, facts)
           VALUES (?, ?, ?, ?, ?, ?)`,
        ).run(id, bucket, key, owner, createdAt, JSON.stringify(rest));
      }),
    async getUpload(id) {
      const row = find(id);
      return row === undefined ? undefined : uploadOf(row);
    },
    async listUploads(bucket, owner, { limit, after, afterId, startsWith }) {
      const isWithin = after !== undefined && afterId !== undefined;
      const { where, values } = keyBounds({
        ...(startsWith !== undefined && { startsWith }),
        ...(after !== undefined && !isWithin && { after }),
      });
      const behind = isWithin ? "AND (key, id) > (?, ?)" : "";
      return sql(
        `SELECT * FROM multipart_uploads WHERE bucket = ? AND owner = ? AND ${where} ${behind}
         ORDER BY key, id LIMIT ?`,
      )
        .all(bucket, owner, ...values, ...(isWithin ? [after, afterId] : []), limit)
        .map(uploadOf);
    },
    putPart: (upload, { number, version, sha256, sizeBytes, ...rest }) =>
      commit(() => {
        if (find(upload) === undefined) return false;
        const existing = sql(
          "SELECT version FROM multipart_parts WHERE upload = ? AND number = ?",
        ).get(upload, number);
        if (existing !== undefined) trash(sql, String(existing["version"]), now());
        sql(
          `INSERT OR REPLACE INTO multipart_parts
             (upload, number, version, sha256, size_bytes, facts) VALUES (?, ?, ?, ?, ?, ?)`,
        ).run(upload, number, version, sha256, sizeBytes, JSON.stringify(rest));
        return true;
      }),
    async listParts(upload) {
      return sql("SELECT * FROM multipart_parts WHERE upload = ? ORDER BY number")
        .all(upload)
        .map(partOf);
    },
    endUpload: (id) => commit(() => endUpload(sql, id, now())),
  };
}
