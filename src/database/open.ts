import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MediaError } from "../media/errors.ts";

/** How long a write waits for another process's short transaction. */
const busyTimeoutMs = 10_000;

const folder = new URL("./migrations/", import.meta.url);

/** The numbered migrations, oldest first; once published they are never changed. */
function migrations(): { number: number; sql: () => string }[] {
  return readdirSync(folder)
    .filter((file) => /^\d{4}-.*\.sql$/.test(file))
    .toSorted()
    .map((file) => ({
      number: Number(file.slice(0, 4)),
      sql: () => readFileSync(new URL(file, folder), "utf8"),
    }));
}

function schemaNumber(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
}

/** Brings the schema up to date, each migration a transaction of its own. */
function migrate(database: DatabaseSync, path: string): void {
  const known = migrations();
  const newest = known.at(-1)?.number ?? 0;
  const found = schemaNumber(database);
  if (found > newest)
    throw new MediaError(
      "catalog_newer",
      `${path} was written by a newer dailies (schema ${found}; this one knows up to ${newest})`,
    );
  for (const migration of known) {
    if (migration.number <= found) continue;
    transaction(database, () => {
      if (schemaNumber(database) >= migration.number) return; // another process was faster
      database.exec(migration.sql());
      database.exec(`PRAGMA user_version = ${migration.number}`);
    });
  }
}

/** Runs `work` as one write transaction: all of it is kept, or none. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/**
 * Opens the SQLite file (or `:memory:`), making it and its folder when they are not there, and
 * brings its schema up to date. Write-ahead log, and every commit reaches the disk.
 * @throws MediaError `catalog_newer`; `storage_failed` when the file cannot be opened
 */
export function openDatabase(path: string): DatabaseSync {
  try {
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
    database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8000",
    );
    migrate(database, path);
    return database;
  } catch (error) {
    if (error instanceof MediaError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new MediaError("storage_failed", `cannot open the catalog ${path}: ${why}`, {
      cause: error,
    });
  }
}
