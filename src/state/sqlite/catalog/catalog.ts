import type { DatabaseSync } from "node:sqlite";
import { createGroupCommit } from "../group-commit.ts";
import { statements } from "../statements.ts";
import type { Catalog } from "../../../catalog/catalog.ts";
import { applyWrite, checkWrite } from "./apply.ts";
import { createImports } from "./imports.ts";
import { createLookUps } from "./look-ups.ts";
import type { Readers } from "./readers.ts";
import { createSlowReads } from "./slow-reads.ts";
import { createTrash } from "./trash.ts";
import { findTwin } from "./twins.ts";

interface Options {
  readonly database: DatabaseSync;
  /** Name of the table that metadata records are kept under. Default: `metadata`. */
  readonly metadataTable?: string;
  /** Where slow reads run, of the same file; the catalog closes them. Default: on this thread. */
  readonly readers?: Readers;
}

/** The catalog in a SQLite database that `openDatabase` opened; `:memory:` serves tests. */
export function createSqliteCatalog(options: Options): Catalog {
  const { database, metadataTable = "metadata", readers } = options;
  const sql = statements(database);
  const commit = createGroupCommit(database);
  const now = () => Date.now();
  return {
    ...(readers ?? createSlowReads(sql)),
    ...createLookUps(sql, metadataTable),
    ...createImports(sql, commit),
    ...createTrash(sql, commit, now),
    async apply(write) {
      checkWrite(write);
      return commit(() => applyWrite(sql, write, { metadataTable, now: now() }));
    },
    async findTwin(query) {
      return findTwin(sql, query, now());
    },
    async close() {
      await readers?.close();
      if (database.isOpen) database.close();
    },
  };
}
