import { isWanted, type JobRequest, type NewJob, type SkipReason } from "../media/job.ts";
import type { Change } from "./write.ts";

/** What becomes of a job that a plan names. */
export interface Decisions {
  readonly enqueue: (job: NewJob) => Change[];
  readonly skip: (job: NewJob, reason: SkipReason) => Change[];
}

/** How a job is enqueued, or skipped with a reason; neither happens for steps that were not requested. */
export function decide(request: JobRequest | undefined): Decisions {
  const asked = request === undefined ? {} : { request };
  return {
    enqueue: (job) => (isWanted(job.step, request) ? [{ type: "enqueue", job, ...asked }] : []),
    skip: (job, reason) => (isWanted(job.step, request) ? [{ type: "skip", job, reason }] : []),
  };
}
