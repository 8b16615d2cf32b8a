import type { Change } from "../catalog/catalog.ts";
import type { Job } from "../media/job.ts";
import type { MediaEvent } from "../media/event.ts";
import type { Media } from "../media/media.ts";
import type { StartOptions } from "../media/engine.ts";

/** What a step is given. */
export interface StepContext extends StartOptions {
  readonly job: Job;
  readonly media: Media;
}

/**
 * What a step hands back. It is committed in one go with the job's end and with the jobs that
 * the events start; bytes that the changes speak of must already be durable.
 */
export interface StepOutcome {
  readonly changes: readonly Change[];
  readonly events: readonly MediaEvent[];
  /** What a person should know about this run; kept with the attempt. */
  readonly notes: readonly string[];
}

/** One step's work. Failure is a thrown MediaError. */
export type RunStep = (context: StepContext) => Promise<StepOutcome>;
