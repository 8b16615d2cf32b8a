import type { Sent } from "./notice.ts";

const [second, minute, hour] = [1_000, 60_000, 3_600_000];

/**
 * The pauses after the first, second … failed attempt; after the last of them a delivery is a dead
 * letter. Ten attempts in about 28 hours: an outage of a night loses nothing. Standard Webhooks
 * recommends such a schedule, "over several days" at most.
 */
export const delaysMs: readonly number[] = [
  5 * second,
  30 * second,
  2 * minute,
  10 * minute,
  30 * minute,
  hour,
  2 * hour,
  4 * hour,
  8 * hour,
  12 * hour,
];

/** No receiver can ask for a longer pause: a day. */
export const longestDelayMs = 24 * hour;

/** A receiver that has failed gets no other message for so long. */
export const restMs = 5 * second;

/** A sending that takes longer has lost its claim; senders give up long before. */
export const claimMs = 2 * minute;

/** How long delivered messages are kept. */
export const keptMs = 30 * 24 * hour;

/** How long dead letters are kept. */
export const deadKeptMs = 90 * 24 * hour;

/**
 * How long to wait after so many attempts; undefined: it is not tried again. Up to a fifth is added at
 * random, so that what failed together does not come back together.
 */
export function nextDelayMs(
  attempts: number,
  { delays = delaysMs, retryAfterMs = 0, random = Math.random } = {},
): number | undefined {
  const delay = delays[attempts - 1];
  if (delay === undefined) return undefined;
  const jittered = Math.round(delay * (1 + random() / 5));
  return Math.min(longestDelayMs, Math.max(jittered, retryAfterMs));
}

/** What becomes of a delivery after a sending. */
export type DeliveryEnd =
  /** `confirmed`: the receiver has confirmed its subscription. */
  | { readonly state: "delivered"; readonly confirmed: boolean }
  /** `endsSubscription`: the receiver wants no more messages. */
  | { readonly state: "dead"; readonly error: string; readonly endsSubscription: boolean }
  | {
      readonly state: "waiting";
      readonly error: string;
      readonly nextAt: number;
      /** Until then its receiver gets no other message. */
      readonly restUntil: number;
    };

/** What follows from how a sending ended. @param attempts how often it was tried, this time included */
export function afterSending(
  sent: Sent,
  attempts: number,
  now: number,
  options: { readonly delays?: readonly number[]; readonly random?: () => number } = {},
): DeliveryEnd {
  if (sent.state === "delivered") return { state: "delivered", confirmed: sent.confirmed === true };
  const { state, error } = sent;
  if (state !== "failed") return { state: "dead", error, endsSubscription: state === "gone" };
  const { retryAfterMs = 0 } = sent;
  const delay = nextDelayMs(attempts, { ...options, retryAfterMs });
  if (delay === undefined) return { state: "dead", error, endsSubscription: false };
  const restUntil = now + Math.min(delay, restMs);
  return { state: "waiting", error, nextAt: now + delay, restUntil };
}
