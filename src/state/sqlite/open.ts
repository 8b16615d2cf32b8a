import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync } from "node:fs";
import { readFileSync, renameSync, rmSync } from "node:fs";
import { makeFoldersNow } from "../../files/durable.ts";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { asMediaError, MediaError } from "../../media/errors.ts";
import { reindex } from "./search/reindex.ts";

/** How long a write waits for other processes' transactions, which are short, or for a migration. */
const patienceMs = 60_000;
/** The longest pause between two tries for the write lock; the pauses are random, so all get it. */
const pauseMs = 8;

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

/**
 * A copy of the catalog as the older dailies left it, for who has to go back to that one: in
 * `before-upgrade` beside it, named after its schema. One that is there already is the right one.
 */
function keepCopy(database: DatabaseSync, path: string, schema: number): void {
  const copies = join(dirname(path), "before-upgrade");
  const copy = join(copies, `dailies-schema-${schema}.db`);
  if (existsSync(copy)) return;
  mkdirSync(copies, { recursive: true, mode: 0o700 });
  const part = `${copy}.${process.pid}.part`; // another process may do the same just now
  rmSync(part, { force: true });
  database.prepare("VACUUM INTO ?").run(part);
  chmodSync(part, 0o600);
  renameSync(part, copy);
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
  if (found > 0 && found < newest) keepCopy(database, path, found);
  for (const migration of known) {
    if (migration.number <= found) continue;
    database.exec("BEGIN IMMEDIATE");
    finish(database, () => {
      if (schemaNumber(database) >= migration.number) return; // another process was faster
      database.exec(migration.sql());
      database.exec(`PRAGMA user_version = ${migration.number}`);
    });
  }
}

/** SQLITE_BUSY */
const busy = 5;

function isBusy(error: unknown): boolean {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === "number" && (errcode & 0xff) === busy;
}

const rollbackListeners = new WeakMap<DatabaseSync, Set<() => void>>();

/** Calls `listener` whenever writes of this connection are undone: what is remembered of them is wrong. */
export function onRollback(database: DatabaseSync, listener: () => void): void {
  const listeners = rollbackListeners.get(database) ?? new Set();
  rollbackListeners.set(database, listeners.add(listener));
}

/** Says that writes of this connection have been undone. */
export function tellRollback(database: DatabaseSync): void {
  for (const listener of rollbackListeners.get(database) ?? []) listener();
}

function finish<T>(database: DatabaseSync, work: () => T): T {
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    tellRollback(database);
    throw error;
  }
}

/** Takes the write lock if it is free, without waiting for it. */
function tryBegin(database: DatabaseSync): boolean {
  database.exec("PRAGMA busy_timeout = 0");
  try {
    database.exec("BEGIN IMMEDIATE");
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  } finally {
    database.exec(`PRAGMA busy_timeout = ${patienceMs}`);
  }
}

/** Every commit reaches the disk, and moves the write-ahead log into the file when it has grown long. */
const thorough = "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000";
/** Both are left to the next thorough commit. */
const hurried = "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0";

/**
 * Runs `work` as one write transaction: all of it is kept, or none. While another process writes,
 * this one waits without blocking its thread.
 * @param options.durable false for what a power failure may undo, because it would be undone anyway:
 * a claim of a process that is gone with the machine. Saves the wait for the disk. Default: true.
 * @throws MediaError `storage_failed` when another process has kept it locked for a minute
 */
export async function transaction<T>(
  database: DatabaseSync,
  work: () => T,
  { durable = true }: { readonly durable?: boolean } = {},
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    if (!durable) database.exec(hurried);
    try {
      if (tryBegin(database)) return finish(database, work);
    } finally {
      if (!durable) database.exec(thorough);
    }
    if (performance.now() > deadline)
      throw new MediaError("storage_failed", "another process has kept the catalog locked", {
        details: { sqlite: busy },
      });
    await sleep(Math.random() * pauseMs);
  }
}

/** How often long work says how far it is. */
const tellEveryMs = 2_000;

/** Indexes what an upgrade of search has left. */
function indexAnew(database: DatabaseSync, tell: (text: string) => void): void {
  let toldAt = -Infinity;
  const inTransaction = (work: () => void): void => {
    database.exec("BEGIN IMMEDIATE");
    finish(database, work);
  };
  reindex(database, inTransaction, (waiting) => {
    if (performance.now() - toldAt < tellEveryMs) return;
    toldAt = performance.now();
    tell(`search is brought up to date: ${waiting} media files to go`);
  });
}

/** Makes an empty file that only this user may read, if there is none: SQLite's own would follow the umask. */
function makePrivate(path: string): void {
  makeFoldersNow(dirname(path), { mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
}

/**
 * Opens the SQLite file (or `:memory:`), making it and its folder when they are not there, and
 * brings its schema up to date. Write-ahead log, and every commit reaches the disk.
 * @param tell hears of work that keeps the caller waiting. Default: nobody does
 * @throws MediaError `catalog_newer`; `disk_full`, `storage_failed` when the file cannot be opened
 */
export function openDatabase(path: string, tell: (text: string) => void = () => {}): DatabaseSync {
  try {
    if (path !== ":memory:") makePrivate(path);
    const database = new DatabaseSync(path, { timeout: patienceMs });
    database.exec(`PRAGMA journal_mode = WAL; ${thorough}; PRAGMA cache_size = -8000`);
    migrate(database, path);
    indexAnew(database, tell);
    return database;
  } catch (error) {
    if (error instanceof MediaError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    const code = asMediaError(error).code === "disk_full" ? "disk_full" : "storage_failed";
    throw new MediaError(code, `cannot open the catalog ${path}: ${why}`, { cause: error });
  }
}

/** Opens a SQLite file that another connection of this process has open: to read, never to write. */
export function openForReading(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: patienceMs });
  database.exec("PRAGMA cache_size = -8000");
  return database;
}
