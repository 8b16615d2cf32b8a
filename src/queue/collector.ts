import type { Progress } from "../media/engine.ts";
import type { MediaError } from "../media/errors.ts";
import { collectOne, type Looked, type Memory } from "./collect-one.ts";
import { createFinish, type FinishOptions } from "./finish.ts";
import { heartbeatMs } from "./heartbeat.ts";
import type { AcceptedAttempt, Claim, JobQueue } from "./job-queue.ts";
import { pause } from "./pause.ts";
import type { Steps } from "./step.ts";

export interface CollectorOptions extends FinishOptions {
  readonly queue: Pick<JobQueue, "listAccepted" | "held" | "heartbeat" | "handBack">;
  readonly steps: Steps;
  readonly onProgress?: (claim: Claim, progress: Progress) => void;
  /** Called when a question could not be answered; the work is untouched and is asked about again. */
  readonly onTrouble?: (accepted: AcceptedAttempt, error: MediaError) => void;
  /** Milliseconds since 1970, UTC. Default: Date.now. */
  readonly now?: () => number;
}

/** Collects the results of accepted work, whichever process began it. */
export interface Collector {
  /**
   * An event says that the work has ended: asks the engine at once. `unknown`: no attempt has this work.
   * The event may be early, before the acceptance is recorded; deliver it again unless the answer is
   * `ended`. A late or doubled event changes nothing, and an event that gets lost is not missed.
   */
  completed(externalId: string): Promise<Looked | "unknown">;
  /** Work was accepted, and that is recorded: `run` looks at once, and an event that came too early counts. */
  accepted(): void;
  /**
   * Looks once at all accepted work: asks about what is due, and cancels at the provider what is not
   * wanted any more. For runtimes that call it every minute. Returns how much work goes on.
   */
  sweep(signal: AbortSignal): Promise<number>;
  /** Sweeps until the signal: every second while work goes on elsewhere. */
  run(signal: AbortSignal): Promise<void>;
}

/** How often it looks for accepted work of other processes when it knows of none. */
const idleMs = 5_000;
/** So many early events are remembered; the oldest are forgotten. */
const mostEarly = 1_000;
/** So much work is asked about at the same time. */
const mostAtOnce = 8;

const never = new AbortController().signal;

/** External ids of events that came before their work was recorded. */
function createEarlyEvents() {
  const early = new Set<string>();
  return {
    add(externalId: string): void {
      early.add(externalId);
      const [oldest] = early;
      if (early.size > mostEarly && oldest !== undefined) early.delete(oldest);
    },
    /** Whether there was such an event; it counts once. */
    take: (externalId: string): boolean => early.delete(externalId),
  };
}

/** Looks at each attempt once at a time, and remembers what it was told about it. */
function createLooks(options: CollectorOptions) {
  const { queue, steps, now = Date.now } = options;
  const { onProgress = () => {}, onTrouble = () => {} } = options;
  const one = { queue, steps, now, onProgress, onTrouble, finish: createFinish(options) };
  const memories = new Map<string, Memory>();
  const looking = new Map<string, Promise<Looked>>();
  return {
    looking,
    async look(
      accepted: AcceptedAttempt,
      how: { readonly isTold: boolean; readonly signal: AbortSignal },
    ): Promise<Looked> {
      const { attempt } = accepted;
      const memory = memories.get(attempt) ?? {};
      memories.set(attempt, memory);
      const look = collectOne(one, accepted, memory, how).finally(() => looking.delete(attempt));
      looking.set(attempt, look);
      const looked = await look;
      if (looked === "ended") memories.delete(attempt);
      return looked;
    },
    /** Forgets attempts that others have ended. */
    keep(listed: readonly AcceptedAttempt[]): void {
      const there = new Set(listed.map(({ attempt }) => attempt));
      for (const attempt of memories.keys()) if (!there.has(attempt)) memories.delete(attempt);
    },
  };
}

export function createCollector(options: CollectorOptions): Collector {
  const { queue } = options;
  const early = createEarlyEvents();
  const looks = createLooks(options);
  const { looking } = looks;
  let wakeUp = Promise.withResolvers<void>();

  async function sweep(signal: AbortSignal): Promise<number> {
    const all = await queue.listAccepted();
    looks.keep(all);
    let going = 0;
    const left = all.values();
    const lane = async (): Promise<void> => {
      for (const accepted of left) {
        if (signal.aborted) return;
        const isUnderWay = looking.has(accepted.attempt);
        const isTold = !isUnderWay && early.take(accepted.externalId);
        const looked = isUnderWay ? "running" : await looks.look(accepted, { isTold, signal });
        if (looked === "running") going += 1;
      }
    };
    const lanes = Math.max(1, mostAtOnce - looking.size);
    await Promise.all(Array.from({ length: lanes }, lane));
    return going;
  }

  return {
    sweep,
    async completed(externalId) {
      const accepted = (await queue.listAccepted()).find((one) => one.externalId === externalId);
      if (accepted === undefined) {
        early.add(externalId);
        return "unknown";
      }
      await looking.get(accepted.attempt); // it may have asked before the work ended
      return looks.look(accepted, { isTold: true, signal: never });
    },
    accepted() {
      wakeUp.resolve(); // the next sweep finds it, and its early event
    },
    async run(signal) {
      const failed = Promise.withResolvers<never>();
      failed.promise.catch(() => {});
      let going = 0;
      while (!signal.aborted) {
        wakeUp = Promise.withResolvers<void>();
        const swept = sweep(signal).then((count) => {
          going = count;
        });
        swept.catch(failed.reject);
        // A slow engine holds up neither the others nor a cancellation.
        await Promise.race([swept, failed.promise, pause(heartbeatMs, signal, wakeUp.promise)]);
        const pauseMs = going > 0 || looking.size > 0 ? heartbeatMs : idleMs;
        await Promise.race([failed.promise, pause(pauseMs, signal, wakeUp.promise)]);
      }
      await Promise.all(looking.values());
    },
  };
}
