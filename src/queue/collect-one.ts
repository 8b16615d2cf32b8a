import { remoteOf, type Collected, type Progress, type RemoteWork } from "../media/engine.ts";
import { asMediaError, MediaError, type ErrorCode } from "../media/errors.ts";
import { nextAskAt } from "./ask-times.ts";
import type { Finish } from "./finish.ts";
import type { AcceptedAttempt, Claim, JobQueue } from "./job-queue.ts";
import type { StepOutcome, Steps } from "./step.ts";

export interface CollectOneOptions {
  readonly queue: Pick<JobQueue, "held" | "heartbeat" | "handBack">;
  readonly steps: Steps;
  readonly finish: Finish;
  readonly onProgress: (claim: Claim, progress: Progress) => void;
  /** Called when a question could not be answered; the work is untouched and is asked about again. */
  readonly onTrouble: (accepted: AcceptedAttempt, error: MediaError) => void;
  /** Milliseconds since 1970, UTC. */
  readonly now: () => number;
}

/** What is remembered about accepted work between two looks. All of it can be lost. */
export interface Memory {
  /** Milliseconds since 1970, UTC. */
  askedAt?: number;
  progress?: Progress;
  /** Why the last question could not be answered. */
  trouble?: MediaError;
}

/** Whether an attempt has ended, or its work goes on. */
export type Looked = "ended" | "running";

/** What an engine's answer means for the job. */
type Answer =
  | { readonly state: "running"; readonly progress: Progress }
  | { readonly state: "concluded"; readonly outcome: StepOutcome }
  | { readonly state: "failed"; readonly error: MediaError }
  | { readonly state: "unanswered"; readonly error: MediaError };

/** Failures of this machine: the finished work is collected again later, instead of being done again. */
const ours: readonly ErrorCode[] = ["disk_full", "storage_failed", "cancelled", "throttled"];

/** A promise that is given up when the signal aborts, for an engine that does not listen to it. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(new MediaError("cancelled", "stopped"));
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Asks what has become of the work; when it is done, stores what is to be stored of the result. */
async function ask(
  steps: Steps,
  { job, media }: Claim,
  { engine, externalId }: AcceptedAttempt,
  signal: AbortSignal,
): Promise<Answer> {
  const step = steps[job.step];
  let collected: Collected<unknown>;
  try {
    const request = await step.requestOf({ job, media });
    const remote = remoteOf(step.engineOf(engine));
    collected = await untilAborted(remote.collect(externalId, request, { signal }), signal);
  } catch (error) {
    return { state: "unanswered", error: asMediaError(error) };
  }
  if (collected.state !== "done") return collected;
  try {
    const outcome = await step.conclude({ job, media }, collected.result);
    return { state: "concluded", outcome };
  } catch (thrown) {
    const error = asMediaError(thrown);
    return { state: ours.includes(error.code) ? "unanswered" : "failed", error };
  }
}

function silent(
  { engine, externalId }: AcceptedAttempt,
  maxMs: number,
  { trouble }: Memory,
): MediaError {
  const hours = Math.round(maxMs / 360_000) / 10;
  const why = trouble === undefined ? "" : `; the last question failed: ${trouble.message}`;
  const message = `${engine} has not finished its work ${externalId} within ${hours} hours${why}`;
  return new MediaError("engine_silent", message, { details: { engine, externalId } });
}

/**
 * Looks at one accepted attempt: whether it is still wanted, and, when that is due or an event told it,
 * what has become of its work. Work that is not wanted any more, or has taken too long, is cancelled at
 * the provider before its slot is free again.
 */
export async function collectOne(
  options: CollectOneOptions,
  accepted: AcceptedAttempt,
  memory: Memory,
  how: { readonly isTold: boolean; readonly signal: AbortSignal },
): Promise<Looked> {
  const { queue, steps, finish, now, onTrouble } = options;
  const { attempt, since } = accepted;
  let remote: RemoteWork<unknown, unknown>;
  try {
    remote = remoteOf(steps[accepted.step].engineOf(accepted.engine));
  } catch (error) {
    onTrouble(accepted, asMediaError(error)); // another process may have the engine
    return "running";
  }
  const isOver = now() - since > remote.maxMs;
  const claim = await queue.held(attempt);
  const standing = claim === undefined ? "lost" : await queue.heartbeat(attempt, memory.progress);
  if (claim === undefined || standing !== "held") {
    if (!(await stopWork(options, accepted, remote)) && !isOver) return "running";
    if (claim !== undefined && standing === "cancel") await finish.cancel(claim);
    else await queue.handBack(attempt);
    return "ended";
  }
  if (!how.isTold && !isOver && now() < nextAskAt(since, memory.askedAt ?? since, remote))
    return "running";
  memory.askedAt = now();
  const answer = await ask(steps, claim, accepted, how.signal);
  switch (answer.state) {
    case "concluded":
      await finish.succeed(claim, answer.outcome);
      return "ended";
    case "failed":
      await finish.fail(claim, answer.error);
      return "ended";
    case "running":
      memory.progress = answer.progress;
      options.onProgress(claim, answer.progress);
      break;
    case "unanswered":
      if (how.signal.aborted) return "running";
      memory.trouble = answer.error;
      onTrouble(accepted, answer.error);
  }
  if (!isOver) return "running";
  await stopWork(options, accepted, remote);
  await finish.fail(claim, silent(accepted, remote.maxMs, memory));
  return "ended";
}

/** Cancels the work at the provider; false when the provider could not be asked. */
async function stopWork(
  { onTrouble }: CollectOneOptions,
  accepted: AcceptedAttempt,
  remote: RemoteWork<unknown, unknown>,
): Promise<boolean> {
  try {
    await remote.cancel(accepted.externalId);
    return true;
  } catch (error) {
    onTrouble(accepted, asMediaError(error));
    return false;
  }
}
