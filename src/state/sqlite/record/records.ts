import type { DatabaseSync } from "node:sqlite";
import type { MediaRecord } from "../../../catalog/record.ts";
import { applyWrite, type WhenEnded } from "../../../catalog/rules.ts";
import type { Applied, Expectation, Write } from "../../../catalog/write.ts";
import { onRollback } from "../open.ts";
import { statements, type Sql } from "../statements.ts";
import { saveEffect } from "./effects.ts";
import { keepForRename, keptRecord } from "./kept.ts";
import { coreColumns, loadRecord } from "./load.ts";
import { saveRecord, type Saved } from "./save.ts";

/**
 * So many records of media files that are being worked on are remembered, until another connection
 * writes to the database. Most of them wait, and are small.
 */
const maxRemembered = 2_500;

export interface WriteOptions {
  /** Name of the table that metadata records are kept under. Default: `metadata`. */
  readonly metadataTable?: string;
  readonly whenEnded: WhenEnded;
  /** Milliseconds since 1970, UTC. */
  readonly now: number;
}

/** The records of a database: loaded, written by the rules, and saved. Call it in a transaction. */
export interface Records {
  get(name: string): MediaRecord | undefined;
  /** There, or kept for a rename. */
  find(
    media: Pick<Expectation, "name"> & { version: string },
    now: number,
  ): MediaRecord | undefined;
  write(
    write: Write,
    options: WriteOptions,
  ): { applied: Applied; record?: MediaRecord | undefined };
}

function createRecords(database: DatabaseSync): Records {
  const sql: Sql = statements(database);
  const remembered = new Map<string, Saved>();
  /** Changes when another connection has written. */
  let dataVersion: unknown;
  onRollback(database, () => remembered.clear());
  const remember = (name: string, saved: Saved | undefined): void => {
    remembered.delete(name);
    if (saved === undefined || saved.record.media.state !== "processing") return;
    remembered.set(name, saved);
    if (remembered.size <= maxRemembered) return;
    const [oldest] = remembered.keys();
    if (oldest !== undefined) remembered.delete(oldest);
  };
  const load = (name: string): Saved | undefined => {
    const version = sql("PRAGMA data_version").get()?.["data_version"];
    if (version !== dataVersion) remembered.clear();
    dataVersion = version;
    const known = remembered.get(name);
    if (known !== undefined) return known;
    const row = sql(`SELECT ${coreColumns} FROM media WHERE name = ?`).get(name);
    const saved = row && { id: Number(row["id"]), record: loadRecord(sql, row) };
    remember(name, saved);
    return saved;
  };
  const find: Records["find"] = ({ name, version }, now) => {
    const there = load(name)?.record;
    return there?.media.version === version ? there : keptRecord(sql, version, now);
  };
  return {
    get: (name) => load(name)?.record,
    find,
    write(write, { metadataTable = "metadata", whenEnded, now }) {
      const { name, twin: expected } = write.expect;
      const loaded = load(name);
      const twin = expected && find(expected, now);
      const result = applyWrite(loaded?.record, write, { now, whenEnded, twin });
      if (result.state === "superseded") return { applied: "superseded" };
      const { record, effects } = result;
      for (const effect of effects)
        if (effect.type === "keptForRename") keepForRename(sql, effect, now);
      const id = saveRecord(sql, loaded, record, now);
      const saved = record && id !== undefined ? { id, record } : undefined;
      remember(name, saved);
      for (const effect of effects) saveEffect({ sql, metadataTable, now, name, saved }, effect);
      return { applied: "applied", record };
    },
  };
}

const recordsByDatabase = new WeakMap<DatabaseSync, Records>();

/** The same for everyone who writes to this connection, so that they see one another's records. */
export function recordsOf(database: DatabaseSync): Records {
  const found = recordsByDatabase.get(database) ?? createRecords(database);
  recordsByDatabase.set(database, found);
  return found;
}
