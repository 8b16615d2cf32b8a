import type { JobOutcome } from "../catalog/catalog.ts";
import type { ErrorCode, MediaError } from "../media/errors.ts";
import { backoffMs, maxAttempts } from "./backoff.ts";
import type { Claim } from "./job-queue.ts";

/** How failures end an attempt. */
export interface FailureOptions {
  /** How long a job waits after so many tries. Default: `backoffMs`. */
  readonly delayMs?: (attempts: number) => number;
  /**
   * Jobs that found the disk full wait until there is space, however long, and no try is counted.
   * Default: false, they fail like others.
   */
  readonly waitsForSpace?: boolean;
}

/** How long a job waits that found the disk full, or an engine that took no more work. */
const crowdedDelayMs = 30_000;

/** Failures that say nothing about the job: it waits, however often, and no try is counted. */
function isCrowded(code: ErrorCode, waitsForSpace: boolean): boolean {
  return code === "throttled" || (waitsForSpace && code === "disk_full");
}

/** What an attempt ends with when its work failed with an error: the end of the job, or another try. */
export function outcomeOf(
  { job, deaths }: Pick<Claim, "job" | "deaths">,
  error: MediaError,
  { delayMs = backoffMs, waitsForSpace = false }: FailureOptions,
  now = Date.now(),
): JobOutcome {
  const failure = { code: error.code, message: error.message, remedy: error.remedy };
  const { details } = error;
  const tries = job.attempts - deaths;
  if (isCrowded(error.code, waitsForSpace)) {
    const runAfter = now + crowdedDelayMs;
    return { state: "queued", runAfter, failure, details, uncounted: true };
  }
  if (!error.retryable || tries >= maxAttempts) return { state: "failed", failure, details };
  return { state: "queued", runAfter: now + delayMs(tries), failure, details };
}
