import { MediaError } from "../media/errors.ts";
import { createCollector, type CollectorOptions } from "./collector.ts";
import { forwardAbort } from "./heartbeat.ts";
import type { JobQueue, Slots } from "./job-queue.ts";
import { createPerform, type Perform, type PerformOptions } from "./perform.ts";
import { pause } from "./pause.ts";
import { pollDelayMs } from "./turns.ts";

export interface WorkerOptions extends PerformOptions, CollectorOptions {
  readonly queue: PerformOptions["queue"] & CollectorOptions["queue"] & Pick<JobQueue, "claim">;
  readonly slots: Slots;
  /** Whether there is room on the disk for another job's results; asked before each claim. Default: yes. */
  readonly hasSpace?: () => Promise<boolean>;
}

export interface RunOptions {
  /** After it, no job is begun and running ones are handed back. Accepted work goes on elsewhere. */
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

/** One run of a worker: the jobs that it performs, and what failed beside them. */
function startRun(options: WorkerOptions, perform: Perform, signal: AbortSignal, wake: () => void) {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const end = new AbortController();
  const release = forwardAbort(signal, end);
  const fail = (error: unknown): void => {
    failures.push(error);
    end.abort();
  };
  const { hasSpace = async () => true, waitsForSpace = false } = options;
  return {
    signal: end.signal,
    fail,
    isIdle: () => running.size === 0,
    /** Claims a job and performs it beside the others; false when there is none, or no room for it. */
    async claim(requestedBy: Pick<RunOptions, "requestedBy">): Promise<boolean> {
      if (!(await hasSpace())) {
        if (waitsForSpace || running.size > 0) return false;
        throw new MediaError("disk_full", "too little space is left on the disk to go on");
      }
      const claim = await options.queue.claim({ slots: options.slots, ...requestedBy });
      if (claim === undefined) return false;
      const job = perform(claim, end.signal)
        .catch(async (error: unknown) => {
          fail(error);
          await options.queue.handBack(claim.attempt).catch(() => {}); // or it is recovered
        })
        .then(() => {
          running.delete(job);
          wake();
        });
      running.add(job);
      return true;
    },
    /** Waits for what runs. @throws what failed first */
    async finish(): Promise<void> {
      await Promise.all(running);
      release();
      if (failures.length > 0) throw failures[0];
    },
  };
}

/**
 * A worker that claims jobs of a queue, performs them, and collects what engines have accepted. What
 * fails beside the steps (the catalog, say, on a full disk) ends the run: the other jobs are stopped and
 * handed back as far as that works, and it throws what failed first.
 */
export function createWorker(options: WorkerOptions): Worker {
  let wakeUp = Promise.withResolvers<void>();
  const wake = (): void => wakeUp.resolve();
  const collector = createCollector({
    ...options,
    async onFinished(claim, outcome) {
      await options.onFinished?.(claim, outcome);
      wake();
    },
  });
  const perform = createPerform({
    ...options,
    onAccepted(claim, externalId) {
      collector.accepted();
      options.onAccepted?.(claim, externalId);
    },
  });
  return {
    wake,
    async run({ signal, requestedBy, isDone = async () => false }) {
      const run = startRun(options, perform, signal, wake);
      const who = requestedBy === undefined ? {} : { requestedBy };
      const done = new AbortController();
      const release = forwardAbort(run.signal, done);
      const collecting = collector.run(done.signal).catch(run.fail);
      try {
        while (!run.signal.aborted) {
          wakeUp = Promise.withResolvers<void>();
          if (await run.claim(who)) continue;
          if (run.isIdle() && (await isDone())) break;
          await pause(pollDelayMs(), run.signal, wakeUp.promise);
        }
      } catch (error) {
        run.fail(error);
      }
      done.abort();
      await collecting;
      release();
      await run.finish();
    },
  };
}
