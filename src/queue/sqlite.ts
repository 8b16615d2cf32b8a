import type { DatabaseSync } from "node:sqlite";
import { transaction } from "../database/open.ts";
import { leaveSession, surveySessions, touchSession } from "../database/session.ts";
import { orNull, statements, type Row, type Sql } from "../database/statements.ts";
import type { SlotKind } from "../media/job.ts";
import { jobOf, mediaOf } from "../database/rows.ts";
import type { Claim, JobQueue, Slots } from "./job-queue.ts";

/** A job whose worker is silent this long, on a machine whose processes we cannot see, is taken over. */
const leaseMs = 60_000;

interface Options {
  readonly database: DatabaseSync;
  readonly session: string;
  /** Makes the ids of attempts. */
  readonly newId: () => string;
}

/** Delayed jobs whose time has come join those that wait. */
function wakeDelayed(sql: Sql, now: number): void {
  sql(
    "UPDATE jobs SET run_after = NULL WHERE state = 'queued' AND run_after IS NOT NULL AND run_after <= ?",
  ).run(now);
}

/** How many slots of each kind are taken: jobs, or for transcoding the media being worked on. */
function slotsTaken(sql: Sql): Map<SlotKind, number> {
  const rows = sql(
    "SELECT kind, count(*) AS jobs, count(DISTINCT version) AS media FROM jobs WHERE state = 'running' GROUP BY kind",
  ).all();
  return new Map(
    rows.map((row) => [
      row["kind"] as SlotKind,
      Number(row["kind"] === "transcode" ? row["media"] : row["jobs"]),
    ]),
  );
}

function nextOfKind(sql: Sql, kind: SlotKind, requestedBy: string | undefined): Row | undefined {
  return requestedBy === undefined
    ? sql(
        `SELECT * FROM jobs WHERE state = 'queued' AND run_after IS NULL AND kind = ?
         ORDER BY priority, seq LIMIT 1`,
      ).get(kind)
    : sql(
        `SELECT * FROM jobs WHERE state = 'queued' AND run_after IS NULL AND kind = ? AND requested_by = ?
         ORDER BY priority, seq LIMIT 1`,
      ).get(kind, requestedBy);
}

/** The parts of one media's transcoding run at the same time: they share its slot. */
function nextOfRunningMedia(sql: Sql, requestedBy: string | undefined): Row | undefined {
  return sql(
    `SELECT * FROM jobs WHERE state = 'queued' AND run_after IS NULL AND kind = 'transcode'
       AND (?1 IS NULL OR requested_by = ?1)
       AND version IN (SELECT version FROM jobs WHERE state = 'running' AND kind = 'transcode')
     ORDER BY priority, seq LIMIT 1`,
  ).get(orNull(requestedBy));
}

const kinds: readonly SlotKind[] = ["light", "transcode", "speech", "vision"];

function nextJob(sql: Sql, slots: Slots, requestedBy: string | undefined): Row | undefined {
  const taken = slotsTaken(sql);
  for (const kind of kinds) {
    const sibling = kind === "transcode" ? nextOfRunningMedia(sql, requestedBy) : undefined;
    if (sibling !== undefined) return sibling;
    if ((taken.get(kind) ?? 0) >= slots[kind]) continue;
    const next = nextOfKind(sql, kind, requestedBy);
    if (next !== undefined) return next;
  }
  return undefined;
}

function take(sql: Sql, row: Row, session: string, attempt: string, now: number): Claim {
  sql(
    `UPDATE jobs SET state = 'running', attempt = ?, session = ?, lease_until = ?,
       attempts = attempts + 1, started_at = ?, cancel_requested = 0
     WHERE seq = ?`,
  ).run(attempt, session, now + leaseMs, now, orNull(row["seq"]));
  sql("INSERT INTO attempts (id, job_id, version, step, started_at) VALUES (?, ?, ?, ?, ?)").run(
    attempt,
    orNull(row["id"]),
    orNull(row["version"]),
    orNull(row["step"]),
    now,
  );
  const job = sql("SELECT * FROM jobs WHERE seq = ?").get(orNull(row["seq"]));
  const media = sql("SELECT * FROM media WHERE version = ?").get(orNull(row["version"]));
  if (job === undefined || media === undefined)
    throw new Error(`job ${String(row["id"])} has no media`); // dropVersion removes both together
  return { job: jobOf(job), media: mediaOf(media), attempt };
}

/** Puts a running job back among those that wait; the execution does not count. */
function putBack(sql: Sql, attempt: string, outcome: "handed_back" | "lost", now: number): void {
  sql("UPDATE attempts SET finished_at = ?, outcome = ? WHERE id = ?").run(now, outcome, attempt);
  sql(
    `UPDATE jobs SET
       state = CASE WHEN current = 1 AND cancel_requested = 0 THEN 'queued' ELSE 'cancelled' END,
       finished_at = CASE WHEN current = 1 AND cancel_requested = 0 THEN NULL ELSE ? END,
       attempts = attempts - (? = 'handed_back'),
       attempt = NULL, session = NULL, lease_until = NULL, progress = NULL, cancel_requested = 0
     WHERE attempt = ?`,
  ).run(now, outcome, attempt);
}

/** The jobs of a SQLite catalog, for any number of processes on its machine. */
export function createSqliteQueue({ database, session, newId }: Options): JobQueue {
  const sql = statements(database);
  return {
    async claim({ slots, requestedBy }) {
      return transaction(database, () => {
        const now = Date.now();
        wakeDelayed(sql, now);
        const row = nextJob(sql, slots, requestedBy);
        return row === undefined ? undefined : take(sql, row, session, newId(), now);
      });
    },
    async heartbeat(attempt, progress) {
      touchSession(database, session);
      sql("UPDATE jobs SET lease_until = ?, progress = ? WHERE attempt = ?").run(
        Date.now() + leaseMs,
        progress === undefined ? null : JSON.stringify(progress),
        attempt,
      );
      const row = sql("SELECT current, cancel_requested FROM jobs WHERE attempt = ?").get(attempt);
      if (row === undefined || row["current"] !== 1) return "lost";
      return row["cancel_requested"] === 1 ? "cancel" : "held";
    },
    async handBack(attempt) {
      transaction(database, () => putBack(sql, attempt, "handed_back", Date.now()));
    },
    async recover() {
      return transaction(database, () => {
        const { living, dead } = surveySessions(database);
        const held = sql("SELECT attempt, session FROM jobs WHERE state = 'running'").all();
        const lost = held.filter((row) => !living.has(String(row["session"])));
        for (const row of lost) putBack(sql, String(row["attempt"]), "lost", Date.now());
        return { takenOver: lost.length, deadSessions: dead };
      });
    },
    async forget(sessions) {
      for (const gone of sessions) leaveSession(database, gone);
    },
    async nextDueAt() {
      const row = sql(
        "SELECT min(run_after) AS due FROM jobs WHERE state = 'queued' AND run_after IS NOT NULL",
      ).get();
      const due = row?.["due"];
      return typeof due === "number" ? due : undefined;
    },
  };
}
