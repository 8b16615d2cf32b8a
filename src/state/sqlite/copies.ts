import { chmod, rm } from "node:fs/promises";
import { backup, DatabaseSync } from "node:sqlite";
import type { CatalogCopies, CatalogCopy } from "../../catalog/copies.ts";
import { flush } from "../../files/durable.ts";
import { MediaError } from "../../media/errors.ts";
import type { Bucket } from "../../media/media.ts";
import { openDatabase, openForReading } from "./open.ts";
import { disownSessions } from "./sessions.ts";

function openCopy(file: string): CatalogCopy {
  const database = new DatabaseSync(file, { readOnly: true });
  const all = `
    SELECT bucket, key, version, sha256, size_bytes FROM objects
    UNION ALL SELECT 'other', bucket || '/' || key, version, sha256, size_bytes FROM bucket_objects
    UNION ALL SELECT 'other', upload || '/' || number, version, sha256, size_bytes FROM multipart_parts`;
  const known = database.prepare(`SELECT 1 FROM (${all}) WHERE bucket = ? AND version = ?`);
  return {
    *objects() {
      const rows = database
        .prepare(
          `SELECT bucket, min(key) AS key, version, sha256, size_bytes FROM (${all})
           GROUP BY bucket, version`,
        )
        .iterate();
      for (const row of rows)
        yield {
          bucket: row["bucket"] as Bucket,
          key: String(row["key"]),
          version: String(row["version"]),
          sha256: String(row["sha256"]),
          sizeBytes: Number(row["size_bytes"]),
        };
    },
    knows: (bucket, version) => known.get(bucket, version) !== undefined,
    [Symbol.dispose]: () => database.close(),
  };
}

export const sqliteCopies: CatalogCopies = {
  async take(catalog, file) {
    await rm(file, { force: true });
    const source = openForReading(catalog);
    try {
      // all at once: between two portions another process's write would make it begin anew
      await backup(source, file, { rate: 2 ** 30 });
    } finally {
      source.close();
    }
    const copy = new DatabaseSync(file);
    copy.exec("PRAGMA journal_mode = DELETE");
    copy.close();
    await chmod(file, 0o600);
    await flush(file);
  },
  open: openCopy,
  prepare(file) {
    const database = openDatabase(file);
    try {
      const integrity = database.prepare("PRAGMA quick_check").get()?.["quick_check"];
      if (integrity !== "ok")
        throw new MediaError(
          "backup_damaged",
          `the backup's catalog is damaged: ${String(integrity)}`,
        );
      disownSessions(database);
      database.exec("PRAGMA journal_mode = DELETE"); // one file, which can be renamed
    } finally {
      database.close();
    }
  },
};
