import { asMediaError } from "../media/errors.ts";
import type { Claimed, Claims } from "../state/sqlite/notify/claims.ts";
import type { Sender, Sent, SubscriptionKind } from "./notice.ts";
import type { Outbox } from "../state/sqlite/notify/outbox.ts";

/** How often the loop looks for what is due. */
const lookMs = 1_000;

/** After the catalog failed (a full disk, say), it is left alone so long. */
const troubleMs = 5_000;

/** What is under way when the loop is to end may finish for so long. */
const graceMs = 5_000;

/** How long a sending that has ended waits to be recorded: its claim must still count by then. */
const patienceMs = 60_000;

const never = new AbortController().signal;

/** How long delivered messages are kept. */
const keptMs = 30 * 24 * 3_600_000;
const pruneEveryMs = 3_600_000;

/** Receivers that are written to at the same time, each one message at a time. */
const concurrency = 8;

/** What came of some deliveries. `failed` ones are tried again later. */
export interface DeliveryReport {
  readonly delivered: number;
  readonly failed: number;
  readonly dead: number;
}

interface Options {
  readonly claims: Claims;
  readonly outbox: Outbox;
  readonly senders: Readonly<Record<SubscriptionKind, Sender>>;
  /** Called before anything is claimed: other processes have to see that this one lives. */
  readonly enter: () => Promise<unknown>;
}

export interface Delivering {
  /**
   * Delivers what is due, now and as long as the signal lets it. Never throws.
   * @param onTrouble told of what fails beside the receivers: the catalog, say. Default: nobody.
   * @param atOnce cuts off what is under way; else that may finish for five seconds after the signal.
   */
  run(
    signal: AbortSignal,
    onTrouble?: (error: unknown) => void,
    atOnce?: AbortSignal,
  ): Promise<void>;
  /** Delivers what is due now, to one subscription or to all, and returns. @throws MediaError what is the matter with the catalog */
  deliverDue(options?: { signal?: AbortSignal; subscription?: string }): Promise<DeliveryReport>;
}

function pause(ms: number, signal: AbortSignal, until: Promise<unknown> = new Promise(() => {})) {
  return new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
    void until.then(done, done);
  });
}

/** Takes messages from the outbox to their receivers: at least once each, under an id that stays. */
export function createDelivery({ claims, outbox, senders, enter }: Options): Delivering {
  /** Records the end of a sending, also when the catalog fails for a while: else it would be sent twice. */
  const record = async (claimed: Claimed, sent: Sent, end: AbortSignal): Promise<void> => {
    const deadline = performance.now() + patienceMs;
    for (;;)
      try {
        return await claims.finish(claimed, sent);
      } catch (error) {
        if (end.aborted || performance.now() > deadline) throw error;
        await pause(lookMs, end);
      }
  };

  const deliver = async (claimed: Claimed, end: AbortSignal): Promise<Sent> => {
    const { message } = claimed;
    const sent = await senders[message.subscription.kind]
      .send(message, end)
      .catch((thrown: unknown): Sent => ({ state: "failed", error: asMediaError(thrown).message }));
    // what was cut short by us says nothing of the receiver
    if (end.aborted && sent.state === "failed") await claims.handBack(claimed);
    else await record(claimed, sent, end);
    return sent;
  };

  /** Calls `work` with a signal that ends a while after the given one, for what is under way. */
  const withGrace = async <T>(
    signal: AbortSignal,
    work: (end: AbortSignal) => Promise<T>,
    atOnce: AbortSignal = never,
  ) => {
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
  };

  return {
    run: (signal, onTrouble = () => {}, atOnce = never) => {
      const work = async (end: AbortSignal): Promise<void> => {
        const running = new Set<Promise<unknown>>();
        let prunedAt = -Infinity;
        const round = async (): Promise<void> => {
          await enter();
          if (performance.now() - prunedAt > pruneEveryMs) {
            prunedAt = performance.now();
            await outbox.prune(Date.now() - keptMs);
          }
          const free = concurrency - running.size;
          const claimed = free > 0 && claims.isAnyDue() ? await claims.claim(free) : [];
          for (const each of claimed) {
            const one = deliver(each, end)
              .catch(onTrouble)
              .finally(() => running.delete(one));
            running.add(one);
          }
          if (claimed.length === 0) await pause(lookMs, signal, anyOf(running));
        };
        while (!signal.aborted)
          await round().catch(async (error: unknown) => {
            onTrouble(error);
            await pause(troubleMs, signal);
          });
        await Promise.all(running);
      };
      return withGrace(signal, work, atOnce);
    },

    deliverDue: ({ signal = new AbortController().signal, subscription } = {}) =>
      withGrace(signal, async (end) => {
        const report = { delivered: 0, failed: 0, dead: 0 };
        const count = (sent: Sent): void => {
          if (sent.state === "delivered") report.delivered += 1;
          else if (sent.state === "failed") report.failed += 1;
          else report.dead += 1;
        };
        const running = new Set<Promise<void>>();
        await enter();
        try {
          while (!signal.aborted) {
            const free = concurrency - running.size;
            const claimed = free > 0 ? await claims.claim(free, subscription) : [];
            if (claimed.length === 0 && running.size === 0) break;
            for (const each of claimed) {
              const one = deliver(each, end)
                .then(count)
                .finally(() => running.delete(one));
              running.add(one);
            }
            await Promise.race(running);
          }
        } finally {
          await Promise.allSettled(running);
        }
        return report;
      }),
  };
}

/** When the first of them ends; never, when there is none. */
function anyOf(running: ReadonlySet<Promise<unknown>>): Promise<unknown> {
  return running.size === 0 ? new Promise(() => {}) : Promise.race(running);
}
