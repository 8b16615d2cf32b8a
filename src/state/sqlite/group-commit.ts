import type { DatabaseSync } from "node:sqlite";
import { tellRollback, transaction } from "./open.ts";

/** Runs one write's work; what it returns is kept when the promise resolves. */
export type Commit = <T>(work: () => T) => Promise<T>;

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A group holds at most this many writes, so that the lock is not kept for long. */
const maxGroup = 100;

/** Runs one write of several in a transaction: it is kept whole or not at all, whatever the others do. */
function runOne(database: DatabaseSync, { work, resolve, reject }: Waiting): () => void {
  database.exec("SAVEPOINT one");
  try {
    const result = work();
    database.exec("RELEASE one");
    return () => resolve(result);
  } catch (error) {
    // a full disk, say, has undone the whole transaction
    if (!database.isTransaction) throw error;
    database.exec("ROLLBACK TO one; RELEASE one");
    tellRollback(database);
    return () => reject(error);
  }
}

/**
 * Writes of one process that are asked for at the same time share a commit, and so the wait for the
 * disk, which is what writing costs: fifty uploads that arrive together wait once.
 */
export function createGroupCommit(database: DatabaseSync): Commit {
  const waiting: Waiting[] = [];
  const flush = async (): Promise<void> => {
    const group = waiting.slice(0, maxGroup);
    const results = await transaction(database, () =>
      group.map((one) => runOne(database, one)),
    ).catch((error: unknown) =>
      group.map(
        ({ reject }) =>
          () =>
            reject(error),
      ),
    );
    waiting.splice(0, group.length);
    if (waiting.length > 0) setImmediate(flush);
    for (const answer of results) answer();
  };
  return <T>(work: () => T) =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ work, resolve: resolve as (result: unknown) => void, reject });
      if (waiting.length === 1) setImmediate(flush);
    });
}
