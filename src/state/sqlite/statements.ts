import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { addDeadlines } from "./deadline.ts";

export type Row = Record<string, SQLOutputValue>;

/** Prepares each SQL text once; the same text gives the same statement. */
export type Sql = (text: string) => StatementSync;

const byDatabase = new WeakMap<DatabaseSync, Sql>();

/** The statements of a connection, which all who use it share. */
export function statements(database: DatabaseSync): Sql {
  const known = byDatabase.get(database) ?? createStatements(database);
  byDatabase.set(database, known);
  return known;
}

function createStatements(database: DatabaseSync): Sql {
  const prepared = new Map<string, StatementSync>();
  addDeadlines(database);
  return (text) => {
    let statement = prepared.get(text);
    if (statement === undefined) {
      statement = database.prepare(text);
      prepared.set(text, statement);
    }
    return statement;
  };
}

/** Absent is NULL. */
export function orNull(value: SQLInputValue | undefined): SQLInputValue {
  return value ?? null;
}

/** Reads a JSON column. */
export function parsed<T>(value: SQLOutputValue | undefined): T {
  return JSON.parse(String(value)) as T;
}
