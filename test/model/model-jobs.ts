import { partOf, type JobState, type NewJob, type SkipReason } from "../../src/media/job.ts";
import { isOpen, jobsOf, mediaOf, type Model } from "./model.ts";

/** The model's jobs: how they come about, replace one another and end. */

function replaceOthers(model: Model, job: NewJob): void {
  for (const other of jobsOf(model, job.version)) {
    if (partOf(other.job) !== partOf(job) || other.job.id === job.id || !other.current) continue;
    other.current = false;
    if (other.state === "running") other.cancelRequested = true;
    if (other.state === "queued") other.state = "cancelled";
  }
}

export function setJob(
  model: Model,
  job: NewJob,
  state: "queued" | "skipped",
  reason?: SkipReason,
): void {
  const old = model.jobs.get(job.id);
  if (old === undefined) model.sequence += 1;
  model.jobs.set(job.id, {
    job,
    type: old === undefined ? model.media.get(job.name)?.facts?.type : old.type,
    sequence: old?.sequence ?? model.sequence,
    state,
    reason,
    current: true,
    attempts: 0,
    deaths: 0,
    cancelRequested: false,
    delayed: false,
    attempt: undefined,
  });
}

export function reopen(model: Model, version: string): void {
  const media = mediaOf(model, version);
  if (media !== undefined) media.state = "processing";
}

export function enqueue(model: Model, job: NewJob): void {
  const old = model.jobs.get(job.id);
  if (old?.current === true && old.state !== "skipped") return;
  replaceOthers(model, job);
  setJob(model, job, "queued");
  reopen(model, job.version);
}

/** A step is left out only if it is not under way and has not been done. */
export function skip(model: Model, job: NewJob, reason: SkipReason): void {
  const kept: readonly JobState[] = ["queued", "running", "succeeded"];
  const rivals = jobsOf(model, job.version).filter((other) => partOf(other.job) === partOf(job));
  if (rivals.some(({ current, state }) => current && kept.includes(state))) return;
  replaceOthers(model, job);
  setJob(model, job, "skipped", reason);
}

export function settle(model: Model, version: string): void {
  const found = mediaOf(model, version);
  const jobs = jobsOf(model, version).filter(({ current }) => current);
  if (found?.state !== "processing" || jobs.some(isOpen)) return;
  const failed = jobs
    .toSorted((a, b) => a.sequence - b.sequence)
    .filter(({ state }) => state === "failed" || state === "cancelled")
    .map(({ job }) => job.step);
  const subject = { name: found.media.name, version };
  found.state = failed.length === 0 ? "ready" : "failed";
  model.events.push(
    failed.length === 0
      ? { type: "media.ready", ...subject }
      : { type: "media.failed", failed: [...new Set(failed)], ...subject },
  );
}

export function end(model: Model, attempt: string, state: JobState, delayed: boolean): void {
  model.held.delete(attempt);
  const found = [...model.jobs.values()].find((one) => one.attempt === attempt);
  if (found === undefined) return;
  Object.assign(found, { state, delayed, attempt: undefined, cancelRequested: false });
}
