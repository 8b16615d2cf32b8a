import { orNull, type Row, type Sql } from "../../../src/state/sqlite/statements.ts";
import { prioritiesOf, slotKinds, type SlotKind } from "../../../src/media/job.ts";
import { longestDelayMs } from "../../../src/queue/backoff.ts";
import type { Slots } from "../../../src/queue/job-queue.ts";

/** How many delayed jobs one claim lets in: a long standstill must not make one claim long. */
const maxWoken = 100;

/**
 * Delayed jobs whose time has come. One that would wait longer than any delay was put off before
 * the clock was set back; it has waited enough.
 */
function dueJobs(sql: Sql, now: number): Row[] {
  const delayed = `SELECT seq FROM jobs INDEXED BY jobs_delayed
    WHERE state = 'queued' AND run_after IS NOT NULL`;
  const due = sql(`${delayed} AND run_after <= ? ORDER BY run_after LIMIT ${maxWoken}`).all(now);
  const latest = now + longestDelayMs;
  return due.length > 0
    ? due
    : sql(`${delayed} AND run_after > ? ORDER BY run_after DESC LIMIT ${maxWoken}`).all(latest);
}

/** Delayed jobs whose time has come join those that wait. */
export function wakeDelayed(sql: Sql, now: number): void {
  for (const row of dueJobs(sql, now))
    sql("UPDATE jobs SET run_after = NULL WHERE seq = ?").run(orNull(row["seq"]));
}

export function isAnyDue(sql: Sql, now: number): boolean {
  return dueJobs(sql, now).length > 0;
}

/** How many slots of each kind are taken: jobs, or for transcoding the media being worked on. */
function slotsTaken(sql: Sql): Map<SlotKind, number> {
  const rows = sql(
    "SELECT kind, count(*) AS jobs, count(DISTINCT version) AS media FROM held_slots GROUP BY kind",
  ).all();
  return new Map(
    rows.map((row) => [
      row["kind"] as SlotKind,
      Number(row["kind"] === "transcode" ? row["media"] : row["jobs"]),
    ]),
  );
}

/** The job of that kind, and where given of that priority, that is first in line. */
function firstOfKind(
  sql: Sql,
  { kind, priority, requestedBy }: { kind: SlotKind; priority?: number; requestedBy?: string },
): Row | undefined {
  const index = requestedBy === undefined ? "jobs_waiting" : "jobs_waiting_by_request";
  const conditions = ["state = 'queued'", "run_after IS NULL", "kind = ?"];
  if (requestedBy !== undefined) conditions.push("requested_by = ?");
  if (priority !== undefined) conditions.push("priority = ?");
  return sql(
    `SELECT * FROM jobs INDEXED BY ${index} WHERE ${conditions.join(" AND ")}
     ORDER BY priority, seq LIMIT 1`,
  ).get(
    kind,
    ...(requestedBy === undefined ? [] : [requestedBy]),
    ...(priority === undefined ? [] : [priority]),
  );
}

/** The job of that kind that was asked for first, whatever its priority. */
function oldestOfKind(sql: Sql, kind: SlotKind, who: { requestedBy?: string }): Row | undefined {
  const firsts = prioritiesOf(kind).map((priority) => firstOfKind(sql, { kind, priority, ...who }));
  return firsts
    .filter((row) => row !== undefined)
    .toSorted((a, b) => Number(a["seq"]) - Number(b["seq"]))[0];
}

/** The parts of one media's transcoding run at the same time: they share its slot. */
function nextOfRunningMedia(sql: Sql, requestedBy: string | undefined): Row | undefined {
  return sql(
    `SELECT jobs.* FROM (SELECT DISTINCT version FROM held_slots WHERE kind = 'transcode') AS held
       CROSS JOIN jobs INDEXED BY jobs_by_version ON jobs.version = held.version
     WHERE state = 'queued' AND run_after IS NULL AND kind = 'transcode'
       AND (?1 IS NULL OR requested_by = ?1)
     ORDER BY priority, seq LIMIT 1`,
  ).get(orNull(requestedBy));
}

/** Whether a living session waits for a job of that kind that this one would not take, or not yet. */
export function othersWaitFor(sql: Sql, kind: SlotKind, session: string): boolean {
  const waiting = `SELECT 1 FROM jobs INDEXED BY jobs_waiting_by_request
    WHERE state = 'queued' AND run_after IS NULL AND kind = ?2`;
  return (
    sql(
      `SELECT 1 FROM sessions WHERE session <> ?1 AND
         (EXISTS (${waiting} AND requested_by = sessions.session)
          OR EXISTS (${waiting} AND requested_by IS NULL)) LIMIT 1`,
    ).get(session, kind) !== undefined
  );
}

function waitingJob(sql: Sql, kind: SlotKind, id: string | undefined): Row | undefined {
  return sql(
    "SELECT * FROM jobs WHERE id = ? AND kind = ? AND state = 'queued' AND run_after IS NULL",
  ).get(orNull(id), kind);
}

/** Of so many claims one takes the oldest job, so that those of low priority come to pass as well. */
const claimsPerOldest = 8;

/** The next job that fits a free slot: by priority, then by age; now and then by age alone. */
export function nextJob(
  sql: Sql,
  options: {
    readonly slots: Slots;
    readonly requestedBy?: string;
    /** Kinds that are left to others this time. */
    readonly rests: (kind: SlotKind) => boolean;
    readonly random: () => number;
    /** The job that owners' turns have chosen, of which this SQL knows nothing. */
    readonly wanted?: string | undefined;
  },
): Row | undefined {
  const { slots, requestedBy, rests, random, wanted } = options;
  const who = requestedBy === undefined ? {} : { requestedBy };
  const taken = slotsTaken(sql);
  for (const kind of slotKinds) {
    const sibling = kind === "transcode" ? nextOfRunningMedia(sql, requestedBy) : undefined;
    if (sibling !== undefined) return sibling;
    if ((taken.get(kind) ?? 0) >= slots[kind]) continue;
    const byAge = random() < 1 / claimsPerOldest;
    const first = byAge ? oldestOfKind(sql, kind, who) : firstOfKind(sql, { kind, ...who });
    const next = first === undefined ? undefined : (waitingJob(sql, kind, wanted) ?? first);
    if (next !== undefined && !rests(kind)) return next;
  }
  return undefined;
}
