import type { AttemptEnd } from "../effect.ts";
import { lastOutputLength, type JobRecord, type MediaRecord } from "../record.ts";
import type { Change, JobOutcome } from "../write.ts";
import { putJob, type Draft } from "./draft.ts";

/** How jobs run: an attempt holds a job from its start to its end. Each returns whether it held. */

function holderOf(record: MediaRecord | undefined, attempt: string): JobRecord | undefined {
  return record?.jobs.find(({ running }) => running?.attempt === attempt);
}

/** Whether the attempt holds a job whose result counts. */
export function isHeld(record: MediaRecord | undefined, attempt: string): boolean {
  return holderOf(record, attempt)?.isCurrent === true;
}

/** One that runs or has ended is not begun again. */
export function startJob(
  draft: Draft,
  { jobId, attempt, session }: { jobId: string; attempt: string; session: string },
): boolean {
  const { record, now } = draft;
  const job = record?.jobs.find(({ id }) => id === jobId);
  if (record === undefined || job?.state !== "queued") return false;
  const { runAfter: _, ...rest } = job;
  const running = { attempt, session, isCancelRequested: false };
  const attempts = job.attempts + 1;
  putJob(draft, record, { ...rest, state: "running", attempts, startedAt: now, running });
  draft.effects.push({
    type: "attemptStarted",
    attempt: { id: attempt, jobId, step: job.step, startedAt: now },
    slot: job.slot.kind,
    session,
  });
  return true;
}

export function acceptJob(
  draft: Draft,
  { attempt, engine, externalId }: Extract<Change, { readonly type: "acceptJob" }>,
): boolean {
  const { record } = draft;
  const job = holderOf(record, attempt);
  if (record === undefined || job?.running === undefined) return false;
  putJob(draft, record, { ...job, running: { ...job.running, externalId } });
  draft.effects.push({ type: "attemptAccepted", attempt, engine, externalId, step: job.step });
  return true;
}

/** A job that no attempt holds any more. */
function released(job: JobRecord): JobRecord {
  const { running: _, reason: _reason, ...rest } = job;
  return rest;
}

function endAttempt(draft: Draft, attempt: string, end: Omit<AttemptEnd, "finishedAt">): void {
  const finishedAt = draft.now;
  draft.effects.push({ type: "attemptEnded", attempt, end: { ...end, finishedAt } });
}

/** The end of what an engine printed. */
function lastOutputOf(details: object): { lastOutput?: string } {
  const stderr = "stderr" in details ? details.stderr : undefined;
  return typeof stderr === "string" ? { lastOutput: stderr.slice(-lastOutputLength) } : {};
}

function after(job: JobRecord, outcome: JobOutcome, now: number): JobRecord {
  const { failure: _, lastOutput: _output, ...rest } = released(job);
  switch (outcome.state) {
    case "succeeded":
    case "cancelled":
      return { ...rest, state: outcome.state, finishedAt: now };
    case "skipped":
      return { ...rest, ...outcome, finishedAt: now };
    case "failed": {
      const { failure, details } = outcome;
      const last = lastOutputOf(details);
      return { ...rest, ...last, state: "failed", failure, finishedAt: now };
    }
    case "queued": {
      const { failure, details, runAfter, uncounted = false } = outcome;
      const last = lastOutputOf(details);
      // it was to be cancelled, and failed before its next heartbeat
      if (job.running?.isCancelRequested === true)
        return { ...rest, ...last, state: "cancelled", failure, finishedAt: now };
      const attempts = job.attempts - (uncounted ? 1 : 0);
      return { ...rest, ...last, state: "queued", attempts, runAfter, failure };
    }
  }
}

export function finishJob(draft: Draft, attempt: string, outcome: JobOutcome): boolean {
  const { record, now } = draft;
  const job = holderOf(record, attempt);
  if (record === undefined || job === undefined) return false;
  putJob(draft, record, after(job, outcome, now));
  endAttempt(draft, attempt, {
    outcome: outcome.state,
    ...("failure" in outcome && { failure: outcome.failure, details: { ...outcome.details } }),
    notes: "notes" in outcome ? outcome.notes : [],
  });
  return true;
}

/**
 * Ends an attempt without a result. Its job, if the attempt still holds one, waits again, or is
 * cancelled if it was to be. The slot is free in any case.
 */
export function release(draft: Draft, attempt: string, outcome: "handed_back" | "lost"): void {
  const { record, now } = draft;
  endAttempt(draft, attempt, { outcome, notes: [] });
  const job = holderOf(record, attempt);
  if (record === undefined || job === undefined) return;
  if (!job.isCurrent) {
    draft.record = { ...record, jobs: record.jobs.filter((one) => one !== job) };
    return;
  }
  const waits = job.running?.isCancelRequested === false;
  const counts = outcome === "lost" ? { deaths: job.deaths + 1 } : { attempts: job.attempts - 1 };
  const end = waits
    ? ({ state: "queued" } as const)
    : { state: "cancelled" as const, finishedAt: now };
  putJob(draft, record, { ...released(job), ...counts, ...end });
}
