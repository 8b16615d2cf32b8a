import type { DatabaseSync } from "node:sqlite";
import { createGroupCommit } from "../group-commit.ts";
import { statements } from "../statements.ts";
import type { Catalog } from "../../../catalog/catalog.ts";
import type { Write } from "../../../catalog/write.ts";
import type { WhenEnded } from "../../../catalog/rules.ts";
import { recordsOf } from "../record/records.ts";
import type { Trash } from "../../../catalog/trash.ts";
import type { Imports, WatchedFolders } from "../../../local/imports.ts";
import type { Search } from "../../../search/search.ts";
import { createImports } from "./imports.ts";
import { createLookUps } from "./look-ups.ts";
import type { Readers } from "./readers.ts";
import { createSlowReads } from "./slow-reads.ts";
import { createTrash } from "./trash.ts";
import { findTwin } from "./twins.ts";

interface Options {
  readonly database: DatabaseSync;
  /** What follows when all jobs of a media file have ended. */
  readonly whenEnded: WhenEnded;
  /** Name of the table that metadata records are kept under. Default: `metadata`. */
  readonly metadataTable?: string;
  /** Where slow reads run, of the same file; the catalog closes them. Default: on this thread. */
  readonly readers?: Readers;
}

/** What the tables of one SQLite database are: one object with the methods of several ports. */
export type SqliteCatalog = Catalog & Search & Trash & Imports & WatchedFolders;

/** The catalog in a SQLite database that `openDatabase` opened; `:memory:` serves tests. */
export function createSqliteCatalog(options: Options): SqliteCatalog {
  const { database, whenEnded, metadataTable = "metadata", readers } = options;
  const sql = statements(database);
  const commit = createGroupCommit(database);
  const records = recordsOf(database);
  const now = () => Date.now();
  const applied = (write: Write) =>
    commit(() => records.write(write, { metadataTable, whenEnded, now: now() }));
  return {
    ...(readers ?? createSlowReads(sql)),
    ...createLookUps(sql, metadataTable),
    ...createImports(sql, commit),
    ...createTrash(sql, commit, now),
    apply: async (write) => (await applied(write)).applied,
    applyAndGet: async (write) => (await applied(write)).record?.media,
    async findTwin(query) {
      return findTwin(sql, records, query, now());
    },
    async close() {
      await readers?.close();
      if (database.isOpen) database.close();
    },
  };
}
