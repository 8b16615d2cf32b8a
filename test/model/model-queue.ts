import { slotKinds, slotOf } from "../../src/media/job.ts";
import type { Slots } from "../../src/queue/job-queue.ts";
import { end, settle } from "./model-jobs.ts";
import type { Model, ModelJob } from "./model.ts";

/** The model's queue: which job is next, and what becomes of one that is handed out. */

/** The job that is to be handed out next; every claim lets in those that were delayed and are due. */
export function nextJob(model: Model, slots: Slots): ModelJob | undefined {
  if (model.paused) return undefined;
  const held = [...model.held.values()];
  const place = ({ job, type, sequence }: ModelJob) =>
    slotOf(job.step, type).priority * 1e6 + sequence;
  const waiting = [...model.jobs.values()]
    .filter(({ state, delayed }) => state === "queued" && !delayed)
    .toSorted((a, b) => place(a) - place(b));
  for (const kind of slotKinds) {
    const ofKind = waiting.filter(({ job, type }) => slotOf(job.step, type).kind === kind);
    const taken = held.filter((one) => one.kind === kind);
    const versions = new Set(taken.map(({ job }) => job.version));
    const sibling = ofKind.find(({ job }) => kind === "transcode" && versions.has(job.version));
    if (sibling !== undefined) return sibling;
    const used = kind === "transcode" ? versions.size : taken.length;
    if (used < slots[kind] && ofKind[0] !== undefined) return ofKind[0];
  }
  return undefined;
}

export function take(model: Model, job: ModelJob, attempt: string, session: string): void {
  Object.assign(job, { state: "running", attempt, attempts: job.attempts + 1 });
  job.cancelRequested = false;
  model.held.set(attempt, {
    attempt,
    session,
    kind: slotOf(job.job.step, job.type).kind,
    job: job.job,
  });
}

/** An execution ends without a result: handed back, it does not count; lost, its process died. */
export function putBack(model: Model, attempt: string, how: "handed_back" | "lost"): void {
  const job = [...model.jobs.values()].find((one) => one.attempt === attempt);
  const goesOn = job?.current === true && !job.cancelRequested;
  end(model, attempt, goesOn ? "queued" : "cancelled", false);
  if (job === undefined) return;
  if (how === "lost") job.deaths += 1;
  else job.attempts -= 1;
  settle(model, job.job.version);
}
