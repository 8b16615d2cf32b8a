import type { Change } from "../catalog/catalog.ts";
import type { Engine } from "../media/engine.ts";
import type { Job } from "../media/job.ts";
import type { MediaEvent } from "../media/event.ts";
import type { Media } from "../media/media.ts";

/** The job that a step is about. */
export interface StepContext {
  readonly job: Job;
  readonly media: Media;
}

/**
 * What follows from a result. It is committed in one go with the job's end and with the jobs that
 * the events start; bytes that the changes speak of must already be durable.
 */
export interface StepOutcome {
  readonly changes: readonly Change[];
  readonly events: readonly MediaEvent[];
  /** What a person should know about this run; kept with the attempt. */
  readonly notes: readonly string[];
}

/**
 * One step's work: which engine is asked, what it is asked, and what follows from its result. An engine
 * may do the work at once or accept it; the request is made again when its result is collected, perhaps
 * by another process days later. So a step keeps nothing between two calls. Failure is a thrown MediaError.
 */
export interface StepWork<Request = unknown, Result = unknown> {
  /**
   * The engine of that id, as a job's settings and an accepted attempt have it; the usual one for
   * settings that name none. @throws MediaError when it is not here
   */
  engineOf(id: unknown): Engine<Request, Result>;
  /** What the engine is asked. */
  requestOf(context: StepContext): Promise<Request>;
  /** Stores what is to be stored of the result, and says what follows from it. Changes nothing else. */
  conclude(context: StepContext, result: Result): Promise<StepOutcome>;
}

/** Every step's work. */
export type Steps = Readonly<Record<Job["step"], StepWork>>;
