import type { DatabaseSync } from "node:sqlite";
import { transaction } from "../open.ts";
import { surveySessions, touchSession } from "../sessions.ts";
import { statements, type Row, type Sql } from "../statements.ts";
import { recordsOf } from "../record/records.ts";
import type { WhenEnded } from "../../../catalog/rules.ts";
import { jobView, type MediaRecord } from "../../../catalog/record.ts";
import type { SlotKind, Step } from "../../../media/job.ts";
import type { AcceptedAttempt, Claim, JobMessage, JobQueue } from "../../../queue/job-queue.ts";
import { isAnyDue, nextJob, othersWaitFor, wakeDelayed } from "./next-job.ts";
import { createOwnerTurns } from "./owners.ts";
import { createTurns } from "../../../queue/turns.ts";

interface Options {
  readonly database: DatabaseSync;
  readonly session: string;
  /** Makes the ids of attempts. */
  readonly newId: () => string;
  /** What follows when all jobs of a media file have ended. */
  readonly whenEnded: WhenEnded;
  /** Decides which claims go by age alone. Default: Math.random. */
  readonly random?: () => number;
}

/**
 * A power failure may undo a claim, a heartbeat or a job's return: the process that held the job is
 * gone with the machine then, and the job waits again either way. So they need not wait for the disk.
 */
const notDurable = { durable: false };

/** Where an attempt works, as the slots have it: also for a version that is no more. */
function nameOf(sql: Sql, attempt: string): { name: string; version: string } | undefined {
  const row = sql(
    `SELECT media.name, media.version FROM held_slots JOIN media USING (version) WHERE attempt = ?`,
  ).get(attempt);
  return row && { name: String(row["name"]), version: String(row["version"]) };
}

/** The attempts whose process is gone, and the sessions that are. Accepted work goes on elsewhere. */
function survey(database: DatabaseSync, sql: Sql): { lost: string[]; dead: string[] } {
  const { living, dead } = surveySessions(database);
  const held = sql("SELECT attempt, session FROM held_slots WHERE external_id IS NULL").all();
  const lost = held.filter((row) => !living.has(String(row["session"])));
  return { lost: lost.map((row) => String(row["attempt"])), dead };
}

function pausedSince(sql: Sql): number | undefined {
  const since = sql("SELECT min(since) AS since FROM pauses").get()?.["since"];
  return typeof since === "number" ? since : undefined;
}

function acceptedOf(row: Row): AcceptedAttempt {
  return {
    attempt: String(row["attempt"]),
    engine: String(row["engine"]),
    externalId: String(row["external_id"]),
    step: row["step"] as Step,
    media: { name: String(row["name"]), version: String(row["version"]) },
    since: Number(row["accepted_at"]),
  };
}

function messageOf(row: Row): JobMessage {
  const [name, version, jobId] = [row["name"], row["version"], row["id"]];
  return { name: String(name), version: String(version), jobId: String(jobId) };
}

function claimOf(record: MediaRecord | undefined, jobId: string, attempt: string): Claim {
  const job = record?.jobs.find(({ id }) => id === jobId);
  if (record === undefined || job === undefined) throw new Error(`job ${jobId} has no media file`);
  return { job: jobView(job), media: { ...record.media }, attempt, deaths: job.deaths };
}

/** The jobs of a SQLite catalog, for any number of processes on its machine. */
export function createSqliteQueue(options: Options): JobQueue {
  const { database, session, newId, whenEnded, random = Math.random } = options;
  const sql = statements(database);
  const records = recordsOf(database);
  /** Begins a job; undefined when it is not queued any more. */
  const start = ({ name, version, jobId }: JobMessage): Claim | undefined => {
    const attempt = newId();
    const { applied, record } = records.write(
      { expect: { name, version }, changes: [{ type: "startJob", jobId, attempt, session }] },
      { whenEnded, now: Date.now() },
    );
    return applied === "applied" ? claimOf(record, jobId, attempt) : undefined;
  };
  const release = (attempt: string, how: "handBack" | "loseAttempt"): void => {
    const subject = nameOf(sql, attempt);
    const now = Date.now();
    const applied =
      subject &&
      records.write({ expect: subject, changes: [{ type: how, attempt }] }, { whenEnded, now })
        .applied;
    if (applied !== "applied") sql("DELETE FROM held_slots WHERE attempt = ?").run(attempt);
  };
  const turns = createTurns();
  const owners = createOwnerTurns();
  const next = (wish: Parameters<JobQueue["claim"]>[0]): Row | undefined => {
    if (pausedSince(sql) !== undefined) return undefined;
    // Who takes every job need not leave any to others: it takes theirs, too.
    const others = (kind: SlotKind) => othersWaitFor(sql, kind, session);
    const rests = (kind: SlotKind) =>
      wish.requestedBy !== undefined && turns.mustRest(kind, () => others(kind));
    return nextJob(sql, { ...wish, rests, random, owners });
  };
  return {
    async claim(wish) {
      // a look without the lock first: who finds nothing must not hinder those who write
      if (!isAnyDue(sql, Date.now()) && next(wish) === undefined) return undefined;
      const claimed = await transaction(
        database,
        () => {
          wakeDelayed(sql, Date.now());
          const row = next(wish);
          if (row === undefined) return undefined;
          touchSession(database, session);
          turns.took(row["kind"] as SlotKind);
          owners.took(row["kind"] as SlotKind, String(row["owner"]));
          return start(messageOf(row));
        },
        notDurable,
      );
      return claimed;
    },
    async start(message) {
      if (pausedSince(sql) !== undefined) return undefined;
      const begin = () => {
        touchSession(database, session);
        return start(message);
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
      await transaction(database, () => release(attempt, "handBack"), notDurable);
    },
    async recover() {
      const seen = survey(database, sql);
      if (seen.lost.length === 0) return { takenOver: 0, deadSessions: seen.dead };
      return transaction(database, () => {
        const { lost, dead } = survey(database, sql);
        for (const attempt of lost) release(attempt, "loseAttempt");
        return { takenOver: lost.length, deadSessions: dead };
      });
    },
    async forget(sessions) {
      if (sessions.length === 0) return;
      await transaction(database, () => {
        for (const gone of sessions) sql("DELETE FROM sessions WHERE session = ?").run(gone);
      });
    },
    async listAccepted() {
      return sql("SELECT * FROM held_slots WHERE external_id IS NOT NULL ORDER BY attempt")
        .all()
        .map(acceptedOf);
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
