import { asMediaError } from "../media/errors.ts";
import type { Outgoing, Sender, Sent, SubscriptionKind } from "./notice.ts";
import { afterSending } from "./schedule.ts";
import type { ClaimedDelivery, NotificationStore } from "./store.ts";

/** How long it is tried to record the end of a sending, and how often: its claim must still count by then. */
const recordMs = 60_000;
const recordEveryMs = 1_000;

/** Receivers that are written to at the same time, each one message at a time. */
const concurrency = 8;

export interface SendingOptions {
  readonly store: Pick<NotificationStore, "finish" | "handBack">;
  readonly senders: Readonly<Record<SubscriptionKind, Sender>>;
  /** The message of a claimed delivery. */
  readonly outgoing: (claimed: ClaimedDelivery) => Promise<Outgoing>;
  readonly now: () => number;
  /** Pauses between attempts. Default: `delaysMs`. */
  readonly delays?: readonly number[];
}

/** Waits so long, until the signal, or until one of the promises ends. */
export function pause(ms: number, signal: AbortSignal, until: readonly Promise<unknown>[] = []) {
  return new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
    for (const one of until) void one.then(done, done);
  });
}

/** Sends a claimed delivery, and records how that ended. */
export function createSending({ store, senders, outgoing, now, delays }: SendingOptions) {
  /** Tries again for a while when the store fails: else the message would be sent twice. */
  const record = async (claimed: ClaimedDelivery, sent: Sent, end: AbortSignal): Promise<void> => {
    const deadline = performance.now() + recordMs;
    const options = delays === undefined ? {} : { delays };
    for (;;)
      try {
        const ended = afterSending(sent, claimed.attempts, now(), options);
        return await store.finish(claimed.claim, ended);
      } catch (error) {
        if (end.aborted || performance.now() > deadline) throw error;
        await pause(recordEveryMs, end);
      }
  };

  return async (claimed: ClaimedDelivery, end: AbortSignal): Promise<Sent> => {
    const { kind } = claimed.subscription;
    const message = await outgoing(claimed);
    const sent = await senders[kind]
      .send(message, end)
      .catch((thrown: unknown): Sent => ({ state: "failed", error: asMediaError(thrown).message }));
    // what was cut short here says nothing of the receiver
    if (end.aborted && sent.state === "failed") await store.handBack(claimed.claim);
    else await record(claimed, sent, end);
    return sent;
  };
}

/** Sends each claimed delivery, at most eight at a time, and knows those under way. */
export function createRunning(send: ReturnType<typeof createSending>) {
  const running = new Set<Promise<unknown>>();
  return {
    all: (): readonly Promise<unknown>[] => [...running],
    free: (): number => concurrency - running.size,
    start(
      claimed: readonly ClaimedDelivery[],
      end: AbortSignal,
      onSent: (sent: Sent) => void,
      onError?: (error: unknown) => void,
    ): void {
      for (const each of claimed) {
        const one = send(each, end)
          .then(onSent)
          .catch((error: unknown) => {
            if (onError === undefined) throw error;
            onError(error);
          })
          .finally(() => running.delete(one));
        running.add(one);
      }
    },
  };
}
