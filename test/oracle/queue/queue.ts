import type { DatabaseSync } from "node:sqlite";
import { transaction } from "../../../src/state/sqlite/open.ts";
import { jobOf, mediaOf } from "../../../src/state/sqlite/rows.ts";
import { surveySessions, touchSession } from "../../../src/state/sqlite/sessions.ts";
import { finalizeMedia } from "../catalog/settle.ts";
import { orNull, statements, type Row, type Sql } from "../../../src/state/sqlite/statements.ts";
import type { SlotKind } from "../../../src/media/job.ts";
import type { Claim, JobQueue } from "../../../src/queue/job-queue.ts";
import { isAnyDue, nextJob, othersWaitFor, wakeDelayed } from "./next-job.ts";
import { createTurns } from "../../../src/queue/turns.ts";

interface Options {
  readonly database: DatabaseSync;
  readonly session: string;
  /** Makes the ids of attempts. */
  readonly newId: () => string;
  /** Decides which claims go by age alone. Default: Math.random. */
  readonly random?: () => number;
}

/**
 * A power failure may undo a claim, a heartbeat or a job's return: the process that held the job is
 * gone with the machine then, and the job waits again either way. So they need not wait for the disk.
 */
const notDurable = { durable: false };

function take(sql: Sql, row: Row, session: string, attempt: string, now: number): Claim {
  const [seq, id, version] = [orNull(row["seq"]), orNull(row["id"]), orNull(row["version"])];
  sql(
    `UPDATE jobs SET state = 'running', attempt = ?, session = ?, attempts = attempts + 1,
       started_at = ?, cancel_requested = 0
     WHERE seq = ?`,
  ).run(attempt, session, now, seq);
  sql("INSERT INTO held_slots VALUES (?, ?, ?, ?)").run(
    attempt,
    orNull(row["kind"]),
    version,
    session,
  );
  sql("INSERT INTO attempts (id, job_id, version, step, started_at) VALUES (?, ?, ?, ?, ?)").run(
    attempt,
    id,
    version,
    orNull(row["step"]),
    now,
  );
  const job = sql("SELECT * FROM jobs WHERE seq = ?").get(seq);
  const media = sql("SELECT * FROM media WHERE version = ?").get(version);
  if (job === undefined || media === undefined)
    throw new Error(`job ${String(row["id"])} has no media`); // dropVersion removes both together
  return { job: jobOf(job), media: mediaOf(media), attempt, deaths: Number(row["deaths"]) };
}

/** Ends an execution and frees its slot; its job, if it is there still, waits again or is cancelled. */
function putBack(sql: Sql, attempt: string, outcome: "handed_back" | "lost", now: number): void {
  sql("DELETE FROM held_slots WHERE attempt = ?").run(attempt);
  sql("UPDATE attempts SET finished_at = ?, outcome = ? WHERE id = ? AND finished_at IS NULL").run(
    now,
    outcome,
    attempt,
  );
  const job = sql("SELECT version FROM jobs WHERE attempt = ?").get(attempt);
  if (job === undefined) return;
  sql(
    `UPDATE jobs SET
       state = CASE WHEN current = 1 AND cancel_requested = 0 THEN 'queued' ELSE 'cancelled' END,
       finished_at = CASE WHEN current = 1 AND cancel_requested = 0 THEN NULL ELSE ?1 END,
       attempts = attempts - (?2 = 'handed_back'), deaths = deaths + (?2 = 'lost'),
       attempt = NULL, session = NULL, progress = NULL, cancel_requested = 0
     WHERE attempt = ?3`,
  ).run(now, outcome, attempt);
  sql("DELETE FROM jobs WHERE version = ? AND current = 0 AND state <> 'running'").run(
    String(job["version"]),
  );
  finalizeMedia(sql, String(job["version"]), now); // if it was to be cancelled, nothing may be left to do
}

/** The attempts whose session is gone, and the sessions that are. */
function survey(database: DatabaseSync, sql: Sql): { lost: string[]; dead: string[] } {
  const { living, dead } = surveySessions(database);
  const held = sql("SELECT attempt, session FROM held_slots").all();
  const lost = held.filter((row) => !living.has(String(row["session"])));
  return { lost: lost.map((row) => String(row["attempt"])), dead };
}

function pausedSince(sql: Sql): number | undefined {
  const since = sql("SELECT min(since) AS since FROM pauses").get()?.["since"];
  return typeof since === "number" ? since : undefined;
}

/** `wanted`: the job that owners' turns have chosen. */
type Wish = Parameters<JobQueue["claim"]>[0] & { readonly wanted?: string | undefined };

/** The jobs of a SQLite catalog, for any number of processes on its machine. */
export function createSqliteQueue({ database, session, newId, random }: Options): Omit<
  JobQueue,
  "listAccepted" | "start" | "held" | "claim"
> & {
  claim(wish: Wish): ReturnType<JobQueue["claim"]>;
} {
  const sql = statements(database);
  const turns = createTurns();
  const next = (wish: Wish): Row | undefined => {
    if (pausedSince(sql) !== undefined) return undefined;
    // Who takes every job need not leave any to others: it takes theirs, too.
    const others = (kind: SlotKind) => othersWaitFor(sql, kind, session);
    const rests = (kind: SlotKind) =>
      wish.requestedBy !== undefined && turns.mustRest(kind, () => others(kind));
    return nextJob(sql, { ...wish, rests, random: random ?? Math.random });
  };
  return {
    async claim(wish) {
      // a look without the lock first: who finds nothing must not hinder those who write
      if (!isAnyDue(sql, Date.now()) && next(wish) === undefined) return undefined;
      const claimed = await transaction(
        database,
        () => {
          const now = Date.now();
          wakeDelayed(sql, now);
          const row = next(wish);
          if (row === undefined) return undefined;
          touchSession(database, session);
          turns.took(row["kind"] as SlotKind);
          return take(sql, row, session, newId(), now);
        },
        notDurable,
      );
      return claimed;
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
      await transaction(
        database,
        () => putBack(sql, attempt, "handed_back", Date.now()),
        notDurable,
      );
    },
    async recover() {
      const seen = survey(database, sql);
      if (seen.lost.length === 0) return { takenOver: 0, deadSessions: seen.dead };
      return transaction(database, () => {
        const { lost, dead } = survey(database, sql);
        for (const attempt of lost) putBack(sql, attempt, "lost", Date.now());
        return { takenOver: lost.length, deadSessions: dead };
      });
    },
    async forget(sessions) {
      if (sessions.length === 0) return;
      await transaction(database, () => {
        for (const gone of sessions) sql("DELETE FROM sessions WHERE session = ?").run(gone);
      });
    },
    async nextDueAt() {
      const row = sql(
        "SELECT min(run_after) AS due FROM jobs WHERE state = 'queued' AND run_after IS NOT NULL",
      ).get();
      const due = row?.["due"];
      return typeof due === "number" ? due : undefined;
    },
    async pause() {
      await transaction(database, () => {
        if (pausedSince(sql) === undefined) sql("INSERT INTO pauses VALUES (?)").run(Date.now());
      });
    },
    async resume() {
      await transaction(database, () => sql("DELETE FROM pauses").run());
    },
    pausedSince: async () => pausedSince(sql),
  };
}
