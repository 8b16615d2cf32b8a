import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The state of a library on the disk while no process has it open. */
export interface LibraryState {
  readonly integrity: string;
  /** `name state` of every media file. */
  readonly media: readonly string[];
  /** `name step` of every job that is queued or running. */
  readonly open: readonly string[];
  /** `name step state` of every job that has ended, with its code if it failed. */
  readonly jobs: readonly string[];
  /** Files in the store that the catalog does not know. */
  readonly orphans: readonly string[];
  /** Versions of objects in the catalog that have no file in the store. */
  readonly missing: readonly string[];
  readonly sessions: number;
  /** Files below the working folder. */
  readonly work: readonly string[];
}

/** The paths of all files below a folder; empty when the folder is missing. */
export function filesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .toSorted();
}

/** Queries a copy of the catalog, so that reading changes nothing. `all` returns the first column of each row as text. */
export function withCatalog<T>(dataDir: string, use: (all: (sql: string) => string[]) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "dailies-look-"));
  for (const name of ["dailies.db", "dailies.db-wal"])
    if (existsSync(join(dataDir, name))) copyFileSync(join(dataDir, name), join(folder, name));
  const database = new DatabaseSync(join(folder, "dailies.db"));
  try {
    return use((sql) =>
      database
        .prepare(sql)
        .all()
        .map((row) => String(Object.values(row)[0])),
    );
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
}

export function lookAt(dataDir: string): LibraryState {
  return withCatalog(dataDir, (all) => stateOf(dataDir, all));
}

function stateOf(dataDir: string, all: (sql: string) => string[]): LibraryState {
  const known = new Set(all("SELECT version FROM objects UNION SELECT version FROM trash"));
  const stored = filesBelow(join(dataDir, "objects"));
  const versions = new Set(stored.map((path) => path.split("/").at(-1) ?? ""));
  return {
    integrity: all("PRAGMA integrity_check").join("; "),
    media: all("SELECT name || ' ' || state FROM media ORDER BY name"),
    open: all(
      `SELECT name || ' ' || step FROM jobs WHERE state IN ('queued', 'running') AND current = 1
       ORDER BY 1`,
    ),
    jobs: all(
      `SELECT name || ' ' || step || ' ' || state || coalesce(' ' || (failure ->> 'code'), '')
       FROM jobs WHERE state NOT IN ('queued', 'running', 'skipped') AND current = 1 ORDER BY 1`,
    ),
    orphans: stored.filter((path) => !known.has(path.split("/").at(-1) ?? "")),
    missing: all("SELECT version FROM objects").filter((version) => !versions.has(version)),
    sessions: all("SELECT session FROM sessions").length,
    work: filesBelow(join(dataDir, "work")),
  };
}
