import type { Catalog, Change, JobOutcome } from "../catalog/catalog.ts";
import type { MediaError } from "../media/errors.ts";
import type { MediaEvent } from "../media/event.ts";
import type { Claim, JobQueue } from "./job-queue.ts";
import { outcomeOf, type FailureOptions } from "./outcome.ts";
import type { StepOutcome } from "./step.ts";

export interface FinishOptions extends FailureOptions {
  readonly queue: Pick<JobQueue, "handBack">;
  readonly catalog: Pick<Catalog, "apply">;
  /** The changes that follow from an event: the pipeline. */
  readonly follow: (event: MediaEvent, claim: Claim) => Promise<readonly Change[]>;
  /** Removes the bytes that these changes record, when the changes were not applied. */
  readonly discard: (changes: readonly Change[]) => Promise<void>;
  /** Called when a job has ended, or waits for another try. */
  readonly onFinished?: (claim: Claim, outcome: JobOutcome) => Promise<void>;
}

/** How attempts end. Each is one commit, together with all that follows from it. */
export interface Finish {
  succeed(claim: Claim, outcome: StepOutcome): Promise<void>;
  /** Ends the job with the error, or queues it for another try. */
  fail(claim: Claim, error: MediaError): Promise<void>;
  cancel(claim: Claim): Promise<void>;
}

/** The ends of attempts. When an attempt has lost its job meanwhile, nothing is written and its bytes go. */
export function createFinish(options: FinishOptions): Finish {
  async function commit(
    claim: Claim,
    outcome: JobOutcome,
    changes: readonly Change[] = [],
    events: readonly MediaEvent[] = [],
  ): Promise<void> {
    const { attempt, media } = claim;
    const follows: Change[] = [];
    for (const event of events)
      follows.push({ type: "event", event }, ...(await options.follow(event, claim)));
    const applied = await options.catalog.apply({
      expect: { name: media.name, version: media.version, attempt },
      changes: [...changes, { type: "finishJob", attempt, outcome }, ...follows],
    });
    if (applied === "applied") return options.onFinished?.(claim, outcome);
    await options.discard(changes);
    await options.queue.handBack(attempt);
  }

  return {
    succeed: (claim, { changes, events, notes }) =>
      commit(claim, { state: "succeeded", notes }, changes, events),
    fail(claim, error) {
      const outcome = outcomeOf(claim, error, options);
      const { name, version } = claim.media;
      const { step } = claim.job;
      const failed: MediaEvent = { type: "step.failed", name, version, step, code: error.code };
      return commit(claim, outcome, [], outcome.state === "failed" ? [failed] : []);
    },
    cancel: (claim) => commit(claim, { state: "cancelled" }),
  };
}
