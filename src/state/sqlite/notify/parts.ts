import type { DatabaseSync } from "node:sqlite";
import type { Sql } from "../statements.ts";

/** What the methods of the store work with. */
export interface StoreParts {
  readonly database: DatabaseSync;
  readonly sql: Sql;
  /** Names this process: what it was sending when it died is sent by others. */
  readonly session: string;
  readonly newId: () => string;
  readonly now: () => number;
  /** Runs one transaction, with the time at which it runs. */
  readonly write: <T>(work: (now: number) => T) => Promise<T>;
}
