import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import { attemptToken } from "../media/attempt-token.ts";
import { remoteOf, type BeginOptions, type Progress } from "../media/engine.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import { maxDeaths } from "./backoff.ts";
import { createFinish, type FinishOptions } from "./finish.ts";
import { startHeartbeat } from "./heartbeat.ts";
import type { Claim, JobQueue, Standing } from "./job-queue.ts";
import type { StepOutcome, Steps } from "./step.ts";

export interface PerformOptions extends FinishOptions {
  readonly queue: Pick<JobQueue, "heartbeat" | "handBack">;
  readonly catalog: Pick<Catalog, "apply">;
  readonly steps: Steps;
  /** Each attempt gets a folder of its own below it. */
  readonly workDir: string;
  /** Below it each job has a folder that outlives an attempt (`BeginOptions.keepDir`). Absent: none has. */
  readonly keptDir?: string;
  readonly onProgress?: (claim: Claim, progress: Progress) => void;
  /** Called when an engine has accepted a job's work, and this is recorded. */
  readonly onAccepted?: (claim: Claim, externalId: string) => void;
}

/**
 * Does one job that has been started: begins its work, and either concludes and commits it or records
 * that an engine has accepted it. It is the same for a job that a worker pulled (`JobQueue.claim`) and
 * for one that a message delivered (`JobQueue.start`). Throws only when the catalog or the queue fails.
 */
export type Perform = (claim: Claim, shutdown: AbortSignal) => Promise<void>;

/** How an attempt at a job's work went. */
type Attempted =
  | { readonly state: "done"; readonly outcome: StepOutcome }
  | { readonly state: "accepted"; readonly engine: string; readonly externalId: string }
  | { readonly state: "failed"; readonly error: MediaError; readonly standing: Standing };

/** Asks the job's engine, and concludes when it has done the work at once. */
async function attemptWork(
  { steps }: PerformOptions,
  { job, media }: Claim,
  options: BeginOptions,
): Promise<Attempted> {
  const step = steps[job.step];
  const engine = step.engineOf(job.settings["engine"]);
  const request = await step.requestOf({ job, media });
  const begun = await engine.begin(request, options);
  if (begun.state === "accepted") return { ...begun, engine: engine.id };
  return { state: "done", outcome: await step.conclude({ job, media }, begun.result) };
}

function keepDirOf({ keptDir }: PerformOptions, { job }: Claim): Pick<BeginOptions, "keepDir"> {
  return keptDir === undefined ? {} : { keepDir: join(keptDir, job.id) };
}

/** Removes what a job's attempts kept for the next one: there is none. */
async function forgetKept(options: PerformOptions, claim: Claim): Promise<void> {
  const { keepDir } = keepDirOf(options, claim);
  // What cannot be removed goes when the next process looks for what dead ones left.
  if (keepDir !== undefined) await rm(keepDir, { recursive: true, force: true }).catch(() => {});
}

/** Attempts the work with a heartbeat beside it, which stops it when the attempt has lost the job. */
async function attemptHeld(
  options: PerformOptions,
  claim: Claim,
  shutdown: AbortSignal,
): Promise<Attempted> {
  const heart = startHeartbeat(options.queue, claim.attempt, shutdown);
  const workDir = join(options.workDir, claim.attempt);
  try {
    await mkdir(workDir, { recursive: true, mode: 0o700 });
    const onProgress = (latest: Progress): void => {
      heart.report(latest);
      options.onProgress?.(claim, latest);
    };
    onProgress({}); // it has begun
    const token = attemptToken({ jobId: claim.job.id, attempt: claim.attempt });
    const begin = {
      signal: heart.signal,
      onProgress,
      workDir,
      token,
      ...keepDirOf(options, claim),
    };
    return await attemptWork(options, claim, begin);
  } catch (error) {
    return { state: "failed", error: asMediaError(error), standing: heart.standing() };
  } finally {
    heart.stop();
    // What cannot be removed goes with the session's folder; the result counts all the same.
    await rm(workDir, { recursive: true, force: true }).catch(() => {});
  }
}

/**
 * Records that an engine has accepted the work. The job was recorded as started before the engine was
 * asked, so an event that comes before this record finds the job later: the process that gets it asks again.
 * Work that cannot be recorded is cancelled at the provider, as far as that works.
 */
async function accept(
  options: PerformOptions,
  claim: Claim,
  { engine, externalId }: { readonly engine: string; readonly externalId: string },
): Promise<void> {
  const { attempt, media, job } = claim;
  const stop = async (): Promise<void> => {
    const remote = remoteOf(options.steps[job.step].engineOf(engine));
    await remote.cancel(externalId).catch(() => {}); // its result would be ignored
  };
  const write = options.catalog.apply({
    expect: { name: media.name, version: media.version, attempt },
    changes: [{ type: "acceptJob", attempt, engine, externalId }],
  });
  const applied = await write.catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  if (applied === "applied") return options.onAccepted?.(claim, externalId);
  await stop();
  await options.queue.handBack(attempt);
}

/** What a job ends with instead of another try that would only end the process again. */
function tooDeadly({ deaths }: Claim): MediaError {
  return new MediaError("worker_died", `the process that worked on it died ${deaths} times`);
}

export function createPerform(options: PerformOptions): Perform {
  const finish = createFinish(options);
  return async (claim, shutdown) => {
    if (claim.deaths >= maxDeaths) return finish.fail(claim, tooDeadly(claim));
    const attempted = await attemptHeld(options, claim, shutdown);
    if (attempted.state === "done") {
      await finish.succeed(claim, attempted.outcome);
      return forgetKept(options, claim);
    }
    if (attempted.state === "accepted") return accept(options, claim, attempted);
    const { error, standing } = attempted;
    if (standing === "cancel") {
      await finish.cancel(claim);
      return forgetKept(options, claim);
    }
    if (standing === "lost" || shutdown.aborted) return options.queue.handBack(claim.attempt);
    return finish.fail(claim, error);
  };
}
