import type { SQLInputValue } from "node:sqlite";
import type { Sql } from "../../../src/state/sqlite/statements.ts";
import { orNull } from "../../../src/state/sqlite/statements.ts";
import {
  partOf,
  slotOf,
  type JobRequest,
  type NewJob,
  type SkipReason,
} from "../../../src/media/job.ts";
import type { MediaType } from "../../../src/media/media.ts";
import type { JobOutcome } from "../catalog-port.ts";

/** The other jobs for what this one makes are no longer the ones that count; work on them stops. */
function replaceOthers(sql: Sql, job: NewJob, now: number): void {
  sql(
    `UPDATE jobs SET current = 0,
       cancel_requested = state = 'running',
       finished_at = CASE state WHEN 'queued' THEN ?1 ELSE finished_at END,
       state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END
     WHERE version = ?2 AND part = ?3 AND id <> ?4 AND current = 1`,
  ).run(now, job.version, partOf(job), job.id);
  sql("DELETE FROM jobs WHERE version = ? AND current = 0 AND state <> 'running'").run(job.version);
}

const freshRun = `
  current = 1, attempts = 0, run_after = NULL, attempt = NULL, session = NULL,
  cancel_requested = 0, progress = NULL, reason = NULL, failure = NULL, started_at = NULL,
  finished_at = NULL, deaths = 0`;

function requestColumns(request: JobRequest | undefined): [SQLInputValue, SQLInputValue] {
  const only = request?.only;
  return [orNull(request?.session), only === undefined ? null : JSON.stringify(only)];
}

function insertJob(
  sql: Sql,
  job: NewJob,
  state: "queued" | "skipped",
  extra: { request?: JobRequest | undefined; reason?: SkipReason; now: number },
): void {
  const media = sql("SELECT owner, type FROM media WHERE version = ?").get(job.version);
  const { kind, priority } = slotOf(job.step, (media?.["type"] as MediaType | null) ?? undefined);
  sql(
    `INSERT INTO jobs (id, name, version, step, part, settings, kind, priority, state, requested_by,
       only_steps, reason, enqueued_at, finished_at, owner)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    job.id,
    job.name,
    job.version,
    job.step,
    partOf(job),
    JSON.stringify(job.settings),
    kind,
    priority,
    state,
    ...requestColumns(extra.request),
    orNull(extra.reason),
    extra.now,
    state === "skipped" ? extra.now : null,
    orNull(media?.["owner"] ?? "local"),
  );
}

/** The media has something to do again. */
function reopen(sql: Sql, version: string, now: number): void {
  sql(
    "UPDATE media SET state = 'processing', updated_at = ? WHERE version = ? AND state <> 'processing'",
  ).run(now, version);
}

export function enqueueJob(
  sql: Sql,
  job: NewJob,
  request: JobRequest | undefined,
  now: number,
): void {
  const old = sql("SELECT state, current FROM jobs WHERE id = ?").get(job.id);
  if (old?.["current"] === 1 && old["state"] !== "skipped") {
    if (request !== undefined)
      sql("UPDATE jobs SET requested_by = ?, only_steps = ? WHERE id = ? AND state = 'queued'").run(
        ...requestColumns(request),
        job.id,
      );
    return;
  }
  replaceOthers(sql, job, now);
  if (old === undefined) insertJob(sql, job, "queued", { request, now });
  else requeue(sql, job.id, request, now);
  reopen(sql, job.version, now);
}

function requeue(sql: Sql, jobId: string, request: JobRequest | undefined, now: number): void {
  sql(
    `UPDATE jobs SET state = 'queued', requested_by = ?, only_steps = ?, enqueued_at = ?, ${freshRun}
     WHERE id = ?`,
  ).run(...requestColumns(request), now, jobId);
}

/**
 * Leaves a step out. One that is under way or done is not touched: word that there is nothing to do
 * may come late.
 */
export function skipJob(sql: Sql, job: NewJob, reason: SkipReason, now: number): void {
  const kept = sql(
    `SELECT 1 FROM jobs WHERE version = ? AND part = ? AND current = 1
       AND state IN ('queued', 'running', 'succeeded')`,
  ).get(job.version, partOf(job));
  if (kept !== undefined) return;
  replaceOthers(sql, job, now);
  const changed = sql(
    `UPDATE jobs SET ${freshRun}, state = 'skipped', reason = ?, finished_at = ? WHERE id = ?`,
  ).run(reason, now, job.id);
  if (changed.changes === 0) insertJob(sql, job, "skipped", { reason, now });
}

export function retryJob(
  sql: Sql,
  jobId: string,
  request: JobRequest | undefined,
  now: number,
): void {
  const row = sql(
    `SELECT version FROM jobs
     WHERE id = ? AND current = 1 AND state IN ('failed', 'cancelled', 'skipped')`,
  ).get(jobId);
  if (row === undefined) return;
  requeue(sql, jobId, request, now);
  reopen(sql, String(row["version"]), now);
}

/**
 * Does a job once more whose result is lost. One that waits for the audio counts as left out until the
 * audio is there, which asks for it.
 */
export function redoJob(sql: Sql, jobId: string, waits: boolean, now: number): void {
  const row = sql(
    "SELECT version FROM jobs WHERE id = ? AND current = 1 AND state NOT IN ('queued', 'running')",
  ).get(jobId);
  if (row === undefined) return;
  if (waits)
    sql(
      `UPDATE jobs SET ${freshRun}, state = 'skipped', reason = 'audio_failed', finished_at = ?
       WHERE id = ?`,
    ).run(now, jobId);
  else
    // for whoever asked for it before, and no more than that
    sql(`UPDATE jobs SET state = 'queued', enqueued_at = ?, ${freshRun} WHERE id = ?`).run(
      now,
      jobId,
    );
  reopen(sql, String(row["version"]), now);
}

export function cancelJob(sql: Sql, jobId: string, now: number): void {
  sql("UPDATE jobs SET state = 'cancelled', finished_at = ? WHERE id = ? AND state = 'queued'").run(
    now,
    jobId,
  );
  sql("UPDATE jobs SET cancel_requested = 1 WHERE id = ? AND state = 'running'").run(jobId);
}

/** Ends the attempt, and with it the job, or queues the job for another try. */
export function finishJob(sql: Sql, attempt: string, outcome: JobOutcome, now: number): void {
  const failure = "failure" in outcome ? JSON.stringify(outcome.failure) : null;
  const details = "details" in outcome ? JSON.stringify(outcome.details) : null;
  const notes = "notes" in outcome ? outcome.notes : [];
  sql("DELETE FROM held_slots WHERE attempt = ?").run(attempt);
  sql(
    `UPDATE attempts SET finished_at = ?, outcome = ?, failure = ?, details = ?, notes = ? WHERE id = ?`,
  ).run(now, outcome.state, failure, details, JSON.stringify(notes), attempt);
  sql(
    `UPDATE jobs SET state = ?, run_after = ?, reason = ?, failure = ?, finished_at = ?,
       attempts = attempts - ?, attempt = NULL, session = NULL, progress = NULL, cancel_requested = 0
     WHERE attempt = ?`,
  ).run(
    outcome.state,
    outcome.state === "queued" ? outcome.runAfter : null,
    outcome.state === "skipped" ? outcome.reason : null,
    failure,
    outcome.state === "queued" ? null : now,
    outcome.state === "queued" && outcome.uncounted === true ? 1 : 0,
    attempt,
  );
}
