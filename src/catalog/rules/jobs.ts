import { partOf, slotOf, type JobRequest, type NewJob, type SkipReason } from "../../media/job.ts";
import type { Change } from "../write.ts";
import { isOpen, type JobRecord, type MediaRecord } from "../record.ts";
import { putJob, recordOf, reopen, type Draft } from "./draft.ts";

/** How jobs come into being, replace one another, and wait again. */

/** What a job is when nothing has happened to it yet. */
function fresh(
  { id, name, version, step, settings }: NewJob,
  kept: Pick<JobRecord, "slot" | "enqueuedAt" | "request">,
  rest: Pick<JobRecord, "state" | "reason" | "finishedAt">,
): JobRecord {
  const { slot, enqueuedAt, request } = kept;
  return {
    id,
    name,
    version,
    step,
    settings,
    slot,
    isCurrent: true,
    attempts: 0,
    deaths: 0,
    enqueuedAt,
    ...(request && { request }),
    ...rest,
  };
}

function findJob(record: MediaRecord, jobId: string): JobRecord | undefined {
  return record.jobs.find(({ id }) => id === jobId);
}

function slotIn(record: MediaRecord, job: NewJob): JobRecord["slot"] {
  return findJob(record, job.id)?.slot ?? slotOf(job.step, record.media.type);
}

/** A job that another has replaced: one that runs has to stop, and leaves when its attempt ends. */
function replaced({ running, ...job }: JobRecord): JobRecord[] {
  if (running === undefined) return [];
  return [{ ...job, isCurrent: false, running: { ...running, isCancelRequested: true } }];
}

/** The other jobs for the same part leave the record; their attempts stay in the history. */
function replaceOthers(draft: Draft, job: NewJob): void {
  const record = recordOf(draft, job.version);
  const part = partOf(job);
  const isOther = (one: JobRecord) =>
    one.isCurrent && one.id !== job.id && one.step === job.step && partOf(one) === part;
  if (!record.jobs.some(isOther)) return;
  draft.record = {
    ...record,
    jobs: record.jobs.flatMap((one) => (isOther(one) ? replaced(one) : one)),
  };
}

function queue(draft: Draft, job: NewJob, request: JobRequest | undefined): void {
  const record = recordOf(draft, job.version);
  const slot = slotIn(record, job);
  const kept = { slot, enqueuedAt: draft.now, ...(request && { request }) };
  putJob(draft, record, fresh(job, kept, { state: "queued" }));
  reopen(draft);
}

export function enqueue(draft: Draft, job: NewJob, request: JobRequest | undefined): void {
  const record = recordOf(draft, job.version);
  const old = findJob(record, job.id);
  const isLeftOut = old?.state === "skipped" && old.reason !== "imported";
  if (old?.isCurrent !== true || isLeftOut) {
    replaceOthers(draft, job);
    return queue(draft, job, request);
  }
  if (request !== undefined && old.state === "queued") putJob(draft, record, { ...old, request });
}

/**
 * Leaves a step out. One that is under way or done stays: word that there is nothing to do may come late.
 */
export function skip(draft: Draft, job: NewJob, reason: SkipReason): void {
  const part = partOf(job);
  const isKept = (one: JobRecord) =>
    one.isCurrent &&
    one.step === job.step &&
    partOf(one) === part &&
    (isOpen(one) || one.state === "succeeded");
  if (recordOf(draft, job.version).jobs.some(isKept)) return;
  replaceOthers(draft, job);
  const record = recordOf(draft, job.version);
  const old = findJob(record, job.id) ?? { slot: slotIn(record, job), enqueuedAt: draft.now };
  putJob(draft, record, fresh(job, old, { state: "skipped", reason, finishedAt: draft.now }));
}

export function retry(draft: Draft, jobId: string, request: JobRequest | undefined): void {
  const job = draft.record && findJob(draft.record, jobId);
  if (job === undefined || !job.isCurrent || isOpen(job) || job.state === "succeeded") return;
  queue(draft, job, request);
}

type Redo = Extract<Change, { type: "redo" }>;

/**
 * Does a job once more whose result is lost, for the session that asked for it before. One that waits
 * for the audio counts as left out until the audio is there, which enqueues it.
 */
export function redo(draft: Draft, { jobId, waits = false, request }: Redo): void {
  const { record, now } = draft;
  const job = record && findJob(record, jobId);
  if (record === undefined || job === undefined || !job.isCurrent || isOpen(job)) return;
  if (!waits) return queue(draft, job, request ?? job.request);
  const end = { state: "skipped", reason: "audio_failed", finishedAt: now } as const;
  putJob(draft, record, fresh(job, job, end));
  reopen(draft);
}

/** Cancels a job that waits at once, and one that runs at its next heartbeat. */
export function cancel(draft: Draft, jobId: string): void {
  const { record, now } = draft;
  const job = record && findJob(record, jobId);
  if (record === undefined || job === undefined) return;
  if (job.running !== undefined) {
    const running = { ...job.running, isCancelRequested: true };
    putJob(draft, record, { ...job, running });
  } else if (job.state === "queued") {
    const { runAfter: _, ...rest } = job;
    putJob(draft, record, { ...rest, state: "cancelled", finishedAt: now });
  }
}
