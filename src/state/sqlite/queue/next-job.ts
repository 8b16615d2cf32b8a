import { orNull, type Row, type Sql } from "../statements.ts";
import { prioritiesOf, slotKinds, type SlotKind } from "../../../media/job.ts";
import { longestDelayMs } from "../../../queue/backoff.ts";
import type { OwnerTurns } from "./owners.ts";
import type { Slots } from "../../../queue/job-queue.ts";

/** How many delayed jobs one claim lets in: a long standstill must not make one claim long. */
const maxWoken = 100;

const delayed = `SELECT seq FROM jobs INDEXED BY jobs_delayed
  WHERE state = 'queued' AND run_after IS NOT NULL`;
const dueText = `${delayed} AND run_after <= ? ORDER BY run_after LIMIT ${maxWoken}`;
const overdueText = `${delayed} AND run_after > ? ORDER BY run_after DESC LIMIT ${maxWoken}`;

/**
 * Delayed jobs whose time has come. One that would wait longer than any delay was put off before
 * the clock was set back; it has waited enough.
 */
function dueJobs(sql: Sql, now: number): Row[] {
  const due = sql(dueText).all(now);
  return due.length > 0 ? due : sql(overdueText).all(now + longestDelayMs);
}

/** Delayed jobs whose time has come join those that wait. */
export function wakeDelayed(sql: Sql, now: number): void {
  for (const row of dueJobs(sql, now))
    sql("UPDATE jobs SET run_after = NULL WHERE seq = ?").run(orNull(row["seq"]));
}

export function isAnyDue(sql: Sql, now: number): boolean {
  return dueJobs(sql, now).length > 0;
}

/** Of a job that may be next. */
const columns = "jobs.id, jobs.name, jobs.version, jobs.owner, jobs.kind, jobs.seq";

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

/** Among whose jobs the next one is looked for: those that a session asked for, or an owner's. */
type Whose = { readonly requestedBy: string } | { readonly owner: string };

function firstText(byOwner: boolean, byPriority: boolean): string {
  return `SELECT ${columns} FROM jobs
    INDEXED BY ${byOwner ? "jobs_waiting_by_owner" : "jobs_waiting_by_request"}
    WHERE state = 'queued' AND run_after IS NULL AND kind = ?
      AND ${byOwner ? "owner" : "requested_by"} = ? ${byPriority ? "AND priority = ?" : ""}
    ORDER BY priority, seq LIMIT 1`;
}

/** The job of that kind, and where given of that priority, that is first in line. */
function firstOfKind(sql: Sql, kind: SlotKind, whose: Whose, priority?: number): Row | undefined {
  const byOwner = "owner" in whose;
  return sql(firstText(byOwner, priority !== undefined)).get(
    kind,
    byOwner ? whose.owner : whose.requestedBy,
    ...(priority === undefined ? [] : [priority]),
  );
}

/** The job of that kind that was asked for first, whatever its priority. */
function oldestOfKind(sql: Sql, kind: SlotKind, whose: Whose): Row | undefined {
  const firsts = prioritiesOf(kind).map((priority) => firstOfKind(sql, kind, whose, priority));
  return firsts
    .filter((row) => row !== undefined)
    .toSorted((a, b) => Number(a["seq"]) - Number(b["seq"]))[0];
}

/** The parts of one media's transcoding run at the same time: they share its slot. */
function nextOfRunningMedia(sql: Sql, requestedBy: string | undefined): Row | undefined {
  return sql(
    `SELECT ${columns} FROM (SELECT DISTINCT version FROM held_slots WHERE kind = 'transcode') AS held
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

/** Of so many claims one takes the oldest job, so that those of low priority come to pass as well. */
const claimsPerOldest = 8;

/**
 * The next job that fits a free slot: of the owner whose turn it is, by priority, then by age; now and then
 * by age alone.
 */
export function nextJob(
  sql: Sql,
  options: {
    readonly slots: Slots;
    readonly requestedBy?: string;
    /** Kinds that are left to others this time. */
    readonly rests: (kind: SlotKind) => boolean;
    readonly random: () => number;
    readonly owners: OwnerTurns;
  },
): Row | undefined {
  const { slots, requestedBy, rests, random, owners } = options;
  const whose = (kind: SlotKind): Whose | undefined => {
    if (requestedBy !== undefined) return { requestedBy };
    const owner = owners.next(sql, kind);
    return owner === undefined ? undefined : { owner };
  };
  const taken = slotsTaken(sql);
  for (const kind of slotKinds) {
    const sibling = kind === "transcode" ? nextOfRunningMedia(sql, requestedBy) : undefined;
    if (sibling !== undefined) return sibling;
    if ((taken.get(kind) ?? 0) >= slots[kind]) continue;
    const who = whose(kind);
    if (who === undefined) continue;
    const byAge = random() < 1 / claimsPerOldest;
    const next = byAge ? oldestOfKind(sql, kind, who) : firstOfKind(sql, kind, who);
    if (next !== undefined && !rests(kind)) return next;
  }
  return undefined;
}
