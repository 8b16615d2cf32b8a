import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { openForReading } from "./open.ts";

/** The version of SQLite. @throws when it lacks full-text search */
export function sqliteVersion(): string {
  const database = new DatabaseSync(":memory:");
  try {
    database.exec("CREATE VIRTUAL TABLE trial USING fts5(words)");
    return String(database.prepare("SELECT sqlite_version() AS version").get()?.["version"]);
  } finally {
    database.close();
  }
}

/** Since when the queue of a library is paused, in milliseconds since 1970; undefined when it is not. */
export function pausedSince(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const database = openForReading(file);
  try {
    const hasPauses = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'pauses'").get();
    if (hasPauses === undefined) return undefined; // the schema of an older dailies
    const since = database.prepare("SELECT min(since) AS since FROM pauses").get()?.["since"];
    return typeof since === "number" ? since : undefined;
  } finally {
    database.close();
  }
}
