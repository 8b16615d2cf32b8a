import { transaction } from "../open.ts";
import { touchSession } from "../sessions.ts";
import { statements, type Row } from "../statements.ts";
import { recordsOf } from "../record/records.ts";
import type { SlotKind } from "../../../media/job.ts";
import type { JobMessage, JobQueue } from "../../../queue/job-queue.ts";
import { claimOf, createAttempts, type AttemptOptions } from "./attempts.ts";
import { createUpkeep, pausedSince } from "./upkeep.ts";
import { isAnyDue, nextJob, othersWaitFor, wakeDelayed } from "./next-job.ts";
import { createOwnerTurns } from "./owners.ts";
import { createTurns } from "../../../queue/turns.ts";

interface Options extends AttemptOptions {
  /** Decides which claims go by age alone. Default: Math.random. */
  readonly random?: () => number;
}

/**
 * A power failure may undo a claim, a heartbeat or a job's return: the process that held the job is
 * gone with the machine then, and the job waits again either way. So they need not wait for the disk.
 */
const notDurable = { durable: false };

function messageOf(row: Row): JobMessage {
  const [name, version, jobId] = [row["name"], row["version"], row["id"]];
  return { name: String(name), version: String(version), jobId: String(jobId) };
}

/** The jobs of a SQLite catalog, for any number of processes on its machine. */
export function createSqliteQueue(options: Options): JobQueue {
  const { database, session, random = Math.random } = options;
  const sql = statements(database);
  const records = recordsOf(database);
  const attempts = createAttempts(options);
  const turns = createTurns();
  const owners = createOwnerTurns();
  const next = (asked: Parameters<JobQueue["claim"]>[0]): Row | undefined => {
    if (pausedSince(sql) !== undefined) return undefined;
    // A session that takes every job need not leave slots to others: it does their jobs, too.
    const others = (kind: SlotKind) => othersWaitFor(sql, kind, session);
    const rests = (kind: SlotKind) =>
      asked.requestedBy !== undefined && turns.mustRest(kind, () => others(kind));
    return nextJob(sql, { ...asked, rests, random, owners });
  };
  return {
    ...createUpkeep(database, attempts.release),
    async claim(asked) {
      // a look without the lock first: a session that finds nothing must not delay writers
      if (!isAnyDue(sql, Date.now()) && next(asked) === undefined) return undefined;
      const claim = () => {
        wakeDelayed(sql, Date.now());
        const row = next(asked);
        if (row === undefined) return undefined;
        touchSession(database, session);
        turns.took(row["kind"] as SlotKind);
        owners.took(row["kind"] as SlotKind, String(row["owner"]));
        return attempts.start(messageOf(row));
      };
      return transaction(database, claim, notDurable);
    },
    async start(message) {
      if (pausedSince(sql) !== undefined) return undefined;
      const begin = () => {
        touchSession(database, session);
        return attempts.start(message);
      };
      return transaction(database, begin, notDurable);
    },
    async held(attempt) {
      const read = () => {
        const row = sql("SELECT name, id FROM jobs WHERE attempt = ? AND current = 1").get(attempt);
        if (row === undefined) return undefined;
        return claimOf(records.get(String(row["name"])), String(row["id"]), attempt);
      };
      return transaction(database, read, notDurable);
    },
    async heartbeat(attempt, progress) {
      const read = () =>
        sql("SELECT current, cancel_requested, progress FROM jobs WHERE attempt = ?").get(attempt);
      const text = progress === undefined ? null : JSON.stringify(progress);
      const row = read();
      if (row === undefined || row["current"] !== 1) return "lost";
      if (row["progress"] !== text)
        await transaction(
          database,
          () => sql("UPDATE jobs SET progress = ? WHERE attempt = ?").run(text, attempt),
          notDurable,
        );
      return read()?.["cancel_requested"] === 1 ? "cancel" : "held";
    },
    async handBack(attempt) {
      await transaction(database, () => attempts.release(attempt, "handBack"), notDurable);
    },
    pausedSince: async () => pausedSince(sql),
  };
}
