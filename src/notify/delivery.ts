import type { Sent } from "./notice.ts";
import { deadKeptMs, keptMs } from "./schedule.ts";
import { createRunning, createSending, pause, type SendingOptions } from "./sending.ts";
import type { NotificationStore } from "./store.ts";

/** How often the loop looks for deliveries that other processes have added; its own wake it at once. */
const lookMs = 3_000;

/** The loop never looks more often than this, whatever it is told is due. */
const leastPauseMs = 20;

/** How long the store is left alone after it failed (a full disk, say). */
const troubleMs = 5_000;

/** How long sendings under way may go on after the signal. */
const graceMs = 5_000;

const pruneEveryMs = 3_600_000;

const never = new AbortController().signal;

/** What came of some deliveries. `failed` ones are tried again later. */
export interface DeliveryReport {
  readonly delivered: number;
  readonly failed: number;
  readonly dead: number;
}

interface Options extends SendingOptions {
  readonly store: Pick<
    NotificationStore,
    "claim" | "nextDueAt" | "finish" | "handBack" | "prune" | "onDeliveries"
  >;
  /** Called before anything is claimed: other processes have to see that this one lives. */
  readonly enter: () => Promise<unknown>;
}

export interface Delivering {
  /**
   * Delivers what is due, now and as long as the signal lets it. Never throws.
   * @param onTrouble told of what fails beside the receivers: the store, say. Default: nothing is told.
   * @param atOnce cuts off what is under way; else that may finish for five seconds after the signal.
   */
  run(
    signal: AbortSignal,
    onTrouble?: (error: unknown) => void,
    atOnce?: AbortSignal,
  ): Promise<void>;
  /** Delivers what is due now, to one subscription or to all, and returns. @throws MediaError what the store throws */
  deliverDue(options?: { signal?: AbortSignal; subscription?: string }): Promise<DeliveryReport>;
}

/** Calls `work` with a signal that ends a while after the given one, for what is under way. */
async function withGrace<T>(
  signal: AbortSignal,
  work: (end: AbortSignal) => Promise<T>,
  atOnce: AbortSignal = never,
): Promise<T> {
  const end = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const later = (): void => void (timer ??= setTimeout(() => end.abort(), graceMs));
  signal.addEventListener("abort", later);
  if (signal.aborted) later();
  try {
    return await work(AbortSignal.any([end.signal, atOnce]));
  } finally {
    signal.removeEventListener("abort", later);
    clearTimeout(timer);
  }
}

/** Notes wake-ups, so that one that comes while the loop works is not lost. */
function createWaker(onWake: NotificationStore["onDeliveries"]) {
  let isAwake = false;
  let wake = (): void => {};
  const stop = onWake(() => {
    isAwake = true;
    wake();
  });
  return {
    stop,
    /** Resolves at the next wake-up, or at once when one came since the last call of `reset`. */
    woken: () => new Promise<void>((resolve) => (isAwake ? resolve() : (wake = resolve))),
    reset: () => void (isAwake = false),
  };
}

/** Takes messages from the outbox to their receivers: at least once each, under an id that stays. */
export function createDelivery(options: Options): Delivering {
  const { store, enter, now } = options;
  const send = createSending(options);

  /** Claims and starts what is due. Returns how long there is nothing to do, in milliseconds. */
  const round = async (
    running: ReturnType<typeof createRunning>,
    end: AbortSignal,
    onTrouble: (error: unknown) => void,
  ): Promise<number> => {
    await enter();
    if (running.free() <= 0) return lookMs; // one that ends wakes the loop
    const dueAt = await store.nextDueAt();
    const waitMs = (dueAt ?? Infinity) - now();
    if (waitMs > 0) return Math.min(lookMs, Math.max(leastPauseMs, waitMs));
    const claimed = await store.claim(running.free());
    running.start(claimed, end, () => {}, onTrouble);
    return claimed.length > 0 ? 0 : leastPauseMs;
  };

  return {
    run: (signal, onTrouble = () => {}, atOnce = never) => {
      const work = async (end: AbortSignal): Promise<void> => {
        const running = createRunning(send);
        const waker = createWaker((listener) => store.onDeliveries(listener));
        let prunedAt = -Infinity;
        while (!signal.aborted)
          try {
            waker.reset();
            if (performance.now() - prunedAt > pruneEveryMs) {
              prunedAt = performance.now();
              await store.prune({ before: now() - keptMs, deadBefore: now() - deadKeptMs });
            }
            const waitMs = await round(running, end, onTrouble);
            if (waitMs > 0) await pause(waitMs, signal, [...running.all(), waker.woken()]);
          } catch (error) {
            onTrouble(error);
            await pause(troubleMs, signal);
          }
        waker.stop();
        await Promise.all(running.all());
      };
      return withGrace(signal, work, atOnce);
    },

    deliverDue: ({ signal = never, subscription } = {}) =>
      withGrace(signal, async (end) => {
        const report = { delivered: 0, failed: 0, dead: 0 };
        const count = ({ state }: Sent): void => {
          report[state === "delivered" || state === "failed" ? state : "dead"] += 1;
        };
        const running = createRunning(send);
        await enter();
        try {
          while (!signal.aborted) {
            const free = running.free();
            const claimed = free > 0 ? await store.claim(free, subscription) : [];
            if (claimed.length === 0 && running.all().length === 0) break;
            running.start(claimed, end, count);
            await Promise.race(running.all());
          }
        } finally {
          await Promise.allSettled(running.all());
        }
        return report;
      }),
  };
}
