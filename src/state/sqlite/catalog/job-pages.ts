import type { SQLInputValue } from "node:sqlite";
import { jobOf } from "../rows.ts";
import type { Sql } from "../statements.ts";
import { orNull } from "../statements.ts";
import type { SlotKind } from "../../../media/job.ts";
import { jobCursor } from "./cursors.ts";
import type { JobPage, JobPageQuery, QueueCount } from "../../../catalog/pages.ts";

/** States that few jobs are in for long: those are found by state, the others by owner. */
const passing = new Set(["queued", "running", "failed", "cancelled"]);
const isPassing = (state: string | undefined): boolean => state !== undefined && passing.has(state);

/** A query whose cursor has been read: behind the job with this number. */
export interface PlacedJobQuery extends Omit<JobPageQuery, "after"> {
  readonly after?: number;
}

export function pageJobs(sql: Sql, query: PlacedJobQuery): JobPage {
  const { owner, state, step, after } = query;
  const index = isPassing(state) ? "INDEXED BY jobs_by_state" : "INDEXED BY jobs_by_owner";
  return pageOf(sql, query.limit, { index, order: "DESC" }, [
    ["owner = ?", owner],
    ["state = ?", state],
    ["step = ?", step],
    ["seq < ?", after],
  ]);
}

/** Jobs of states that most are in are found by walking along all, in the order of the table. */
export function pageAllJobs(sql: Sql, query: Omit<PlacedJobQuery, "owner">): JobPage {
  const { state, step, after } = query;
  const index = isPassing(state) ? "INDEXED BY jobs_by_state" : "NOT INDEXED";
  return pageOf(sql, query.limit, { index, order: "ASC" }, [
    ["state = ?", state],
    ["step = ?", step],
    ["seq > ?", after],
  ]);
}

function pageOf(
  sql: Sql,
  limit: number,
  { index, order }: { readonly index: string; readonly order: "ASC" | "DESC" },
  given: readonly (readonly [string, SQLInputValue | undefined])[],
): JobPage {
  const used = given.flatMap(([condition, value]) =>
    value === undefined ? [] : [{ condition, value }],
  );
  const where = ["current = 1", ...used.map(({ condition }) => condition)].join(" AND ");
  const values = used.map(({ value }) => value);
  const rows = sql(`SELECT * FROM jobs ${index} WHERE ${where} ORDER BY seq ${order} LIMIT ?`).all(
    ...values,
    limit + 1,
  );
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1)?.["seq"] : undefined;
  return {
    jobs: page.map(jobOf),
    ...(last === undefined ? {} : { next: jobCursor(Number(last)) }),
  };
}

/** By kind and state; jobs that wait for another try count as queued. */
export function countQueue(sql: Sql): QueueCount[] {
  return sql(
    `SELECT kind, state, count(*) AS jobs,
       min(CASE state WHEN 'running' THEN started_at ELSE enqueued_at END) AS since
     FROM jobs INDEXED BY jobs_by_state
     WHERE state IN ('queued', 'running') AND current = 1 GROUP BY kind, state`,
  )
    .all()
    .map((row) => ({
      kind: row["kind"] as SlotKind,
      state: row["state"] as "queued" | "running",
      jobs: Number(row["jobs"]),
      since: Number(row["since"]),
    }));
}

/** A job's place is counted up to this one. */
const farthest = 100_000;

/** One claim in eight goes by age alone, so the place is what is likely, not a promise. */
export function jobsBefore(sql: Sql, jobId: string): number | undefined {
  const job = sql(
    `SELECT kind, priority, seq FROM jobs
     WHERE id = ? AND state = 'queued' AND run_after IS NULL AND current = 1`,
  ).get(jobId);
  if (job === undefined) return undefined;
  const row = sql(
    `SELECT count(*) AS n FROM (SELECT 1 FROM jobs INDEXED BY jobs_waiting
       WHERE state = 'queued' AND run_after IS NULL AND kind = ?
         AND (priority, seq) < (?, ?) LIMIT ${farthest})`,
  ).get(orNull(job["kind"]), orNull(job["priority"]), orNull(job["seq"]));
  return Number(row?.["n"]);
}
