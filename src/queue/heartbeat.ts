import type { Progress } from "../media/engine.ts";
import type { JobQueue, Standing } from "./job-queue.ts";

/**
 * How often a running job reports its progress and learns whether it is still wanted. Leases are the
 * sessions' (decision 6), and renewed elsewhere.
 */
export const heartbeatMs = 1_000;

/** What keeps an attempt in touch with the queue while its work runs. */
export interface Heartbeat {
  /** Aborts when the attempt has lost its job, when the job is cancelled, and at a shutdown. */
  readonly signal: AbortSignal;
  /** What the last beat said. */
  standing(): Standing;
  /** The next beat reports this. */
  report(progress: Progress): void;
  stop(): void;
}

/**
 * Lets one signal end what another controller governs, until it is released. By hand and not with
 * AbortSignal.any, whose signals would pile up behind one that lives as long as the process.
 */
export function forwardAbort(signal: AbortSignal, to: AbortController): () => void {
  const abort = (): void => to.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  return () => signal.removeEventListener("abort", abort);
}

export function startHeartbeat(
  queue: Pick<JobQueue, "heartbeat">,
  attempt: string,
  shutdown: AbortSignal,
): Heartbeat {
  const stop = new AbortController();
  const release = forwardAbort(shutdown, stop);
  let standing: Standing = "held";
  let progress: Progress | undefined;
  const timer = setInterval(() => {
    queue.heartbeat(attempt, progress).then(
      (answer) => {
        standing = answer;
        if (answer !== "held") stop.abort();
      },
      () => {}, // a busy catalog is no reason to stop: the next beat tries again
    );
  }, heartbeatMs);
  return {
    signal: stop.signal,
    standing: () => standing,
    report: (latest) => {
      progress = latest;
    },
    stop() {
      clearInterval(timer);
      release();
    },
  };
}
