import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Catalog, Change, JobOutcome } from "../catalog/catalog.ts";
import type { Progress } from "../media/engine.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import type { MediaEvent } from "../media/event.ts";
import { attemptToken } from "../media/attempt-token.ts";
import { backoffMs, maxAttempts, maxDeaths } from "./backoff.ts";
import type { Claim, JobQueue, Slots } from "./job-queue.ts";
import type { StepOutcome, Steps } from "./step.ts";
import { pollDelayMs } from "./turns.ts";

/**
 * How often a running job says how far it is and hears whether it is still wanted. Leases are the
 * sessions' (decision 6), and renewed elsewhere.
 */
const heartbeatMs = 1_000;

export interface WorkerOptions {
  readonly queue: JobQueue;
  readonly catalog: Catalog;
  readonly slots: Slots;
  readonly steps: Steps;
  /** The changes that follow from an event: the pipeline. */
  readonly follow: (event: MediaEvent, claim: Claim) => Promise<readonly Change[]>;
  /** Removes bytes that a superseded job made. */
  readonly discard: (changes: readonly Change[]) => Promise<void>;
  /** Each attempt gets a folder of its own below it. */
  readonly workDir: string;
  /** How long a job waits after so many tries. Default: `backoffMs`. */
  readonly delayMs?: (attempts: number) => number;
  /**
   * Whether there is room on the disk for another job's results; asked before each claim. Default: yes.
   */
  readonly hasSpace?: () => Promise<boolean>;
  /**
   * Jobs that found the disk full wait until there is space, however long, and no try is counted.
   * Default: false, they fail like others, and without space for another job the run ends.
   */
  readonly waitsForSpace?: boolean;
  readonly onProgress?: (claim: Claim, progress: Progress) => void;
  /** A job has come to an end, or back to the queue for another try. */
  readonly onFinished?: (claim: Claim, outcome: JobOutcome) => Promise<void>;
}

export interface RunOptions {
  /** After it, no job is begun and running ones are handed back. */
  readonly signal: AbortSignal;
  /** Only jobs that this session asked for. */
  readonly requestedBy?: string;
  /** Returns when this says true after a look at the queue found nothing to claim. Default: never. */
  readonly isDone?: () => Promise<boolean>;
}

/** Works off jobs, as many at a time as there are slots. */
export interface Worker {
  run(options: RunOptions): Promise<void>;
  /** There may be something to claim: looks at once instead of at the end of a pause. */
  wake(): void;
}

/** How long a job that found the disk full waits before it tries again whether there is room. */
const spaceDelayMs = 30_000;

function outcomeOf(
  claim: Claim,
  error: MediaError,
  { delayMs = backoffMs, waitsForSpace = false }: WorkerOptions,
): JobOutcome {
  const failure = { code: error.code, message: error.message, remedy: error.remedy };
  const { details } = error;
  const tries = claim.job.attempts - claim.deaths;
  if (waitsForSpace && error.code === "disk_full")
    return {
      state: "queued",
      runAfter: Date.now() + spaceDelayMs,
      failure,
      details,
      uncounted: true,
    };
  if (!error.retryable || tries >= maxAttempts) return { state: "failed", failure, details };
  const runAfter = Date.now() + delayMs(tries);
  return { state: "queued", runAfter, failure, details };
}

/**
 * Lets one signal end what another controller governs, until it is released. By hand and not with
 * AbortSignal.any, whose signals would pile up behind one that lives as long as the process.
 */
function forward(signal: AbortSignal, to: AbortController): () => void {
  const abort = (): void => to.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  return () => signal.removeEventListener("abort", abort);
}

/** Runs the step, with a heartbeat beside it that aborts it when the job is no longer ours. */
async function runAttempt(
  options: WorkerOptions,
  claim: Claim,
  shutdown: AbortSignal,
): Promise<{ outcome: StepOutcome } | { error: MediaError; standing: "held" | "lost" | "cancel" }> {
  const stop = new AbortController();
  const { signal } = stop;
  const release = forward(shutdown, stop);
  const workDir = join(options.workDir, claim.attempt);
  let standing: "held" | "lost" | "cancel" = "held";
  let progress: Progress | undefined;
  const heart = setInterval(() => {
    options.queue.heartbeat(claim.attempt, progress).then(
      (answer) => {
        standing = answer;
        if (answer !== "held") stop.abort();
      },
      () => {}, // a busy catalog is no reason to stop: the next beat tries again
    );
  }, heartbeatMs);
  try {
    await mkdir(workDir, { recursive: true, mode: 0o700 });
    const onProgress = (latest: Progress) => {
      progress = latest;
      options.onProgress?.(claim, latest);
    };
    onProgress({}); // it has begun
    const { job, media } = claim;
    const step = options.steps[job.step];
    const context = { job, media };
    const engine = step.engineOf(job);
    const token = attemptToken({ jobId: job.id, attempt: claim.attempt });
    const request = await step.requestOf(context);
    const begun = await engine.begin(request, { signal, onProgress, workDir, token });
    if (begun.state === "accepted")
      throw new MediaError("internal", `${engine.id} accepted work, which nobody collects yet`);
    return { outcome: await step.conclude(context, begun.result) };
  } catch (error) {
    return { error: asMediaError(error), standing };
  } finally {
    clearInterval(heart);
    release();
    // What cannot be removed goes with the session's folder; the result counts all the same.
    await rm(workDir, { recursive: true, force: true }).catch(() => {});
  }
}

/** Commits how the attempt ended, together with all that follows from it. */
async function commit(
  options: WorkerOptions,
  claim: Claim,
  outcome: JobOutcome,
  changes: readonly Change[],
  events: readonly MediaEvent[],
): Promise<void> {
  const { attempt, media } = claim;
  const follows: Change[] = [];
  for (const event of events)
    follows.push({ type: "event", event }, ...(await options.follow(event, claim)));
  const applied = await options.catalog.apply({
    expect: { name: media.name, version: media.version, attempt },
    changes: [...changes, { type: "finishJob", attempt, outcome }, ...follows],
  });
  if (applied === "superseded") {
    await options.discard(changes);
    await options.queue.handBack(attempt);
  } else await options.onFinished?.(claim, outcome);
}

/** What a job ends with instead of another try that would only end the process again. */
function tooDeadly({ deaths }: Claim): MediaError {
  return new MediaError("worker_died", `the process that worked on it died ${deaths} times`);
}

async function work(options: WorkerOptions, claim: Claim, shutdown: AbortSignal): Promise<void> {
  const ended =
    claim.deaths < maxDeaths
      ? await runAttempt(options, claim, shutdown)
      : ({ error: tooDeadly(claim), standing: "held" } as const);
  if ("outcome" in ended) {
    const { changes, events, notes } = ended.outcome;
    return commit(options, claim, { state: "succeeded", notes }, changes, events);
  }
  if (ended.standing === "cancel") return commit(options, claim, { state: "cancelled" }, [], []);
  if (ended.standing === "lost" || shutdown.aborted) return options.queue.handBack(claim.attempt);
  const outcome = outcomeOf(claim, ended.error, options);
  const { name, version } = claim.media;
  const { step } = claim.job;
  const failed: MediaEvent = { type: "step.failed", name, version, step, code: ended.error.code };
  return commit(options, claim, outcome, [], outcome.state === "failed" ? [failed] : []);
}

function sleep(ms: number, signal: AbortSignal, until: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    void until.then(done);
  });
}

/**
 * A worker that claims jobs of a queue and runs the pipeline's steps. What fails beside the steps
 * (the catalog, say, on a full disk) ends the run: the other jobs are stopped and handed back as
 * far as that works, and it throws what failed first.
 */
export function createWorker(options: WorkerOptions): Worker {
  let wake = Promise.withResolvers<void>();
  const { hasSpace = async () => true, waitsForSpace = false } = options;
  return {
    wake: () => wake.resolve(),
    async run({ signal, requestedBy, isDone = async () => false }) {
      const running = new Set<Promise<void>>();
      const failures: unknown[] = [];
      const end = new AbortController();
      const release = forward(signal, end);
      const fail = (error: unknown): void => {
        failures.push(error);
        end.abort();
      };
      const who = requestedBy === undefined ? {} : { requestedBy };
      try {
        while (!end.signal.aborted) {
          wake = Promise.withResolvers<void>();
          const isRoom = await hasSpace();
          const claim = isRoom
            ? await options.queue.claim({ slots: options.slots, ...who })
            : undefined;
          if (claim !== undefined) {
            const job = work(options, claim, end.signal)
              .catch(async (error: unknown) => {
                fail(error);
                await options.queue.handBack(claim.attempt).catch(() => {}); // or it is recovered
              })
              .then(() => {
                running.delete(job);
                wake.resolve();
              });
            running.add(job);
            continue;
          }
          if (running.size === 0 && (await isDone())) break;
          if (!isRoom && !waitsForSpace && running.size === 0)
            throw new MediaError("disk_full", "too little space is left on the disk to go on");
          await sleep(pollDelayMs(), end.signal, wake.promise);
        }
      } catch (error) {
        fail(error);
      }
      await Promise.all(running);
      release();
      if (failures.length > 0) throw failures[0];
    },
  };
}
