import { MediaError } from "../media/errors.ts";
import type { AnyTopic } from "../media/notice.ts";
import type { Subscriber } from "./store.ts";

/** How long a confirmation's token counts: three days, as Amazon SNS's does. */
export const tokenMs = 3 * 24 * 3_600_000;

/** The same subscription is asked to confirm at most once in this time, also after it was removed. */
const askAgainMs = 5 * 60_000;

/** Confirmations in an hour: for all addresses of one owner, and to one address from all owners. */
const mostAskedAnHour = { owner: 100, address: 12 };
export const hourMs = 3_600_000;

/** Subscriptions of one owner that may wait to be confirmed. */
const mostPending = 100;

/** A confirmation that was sent, or is about to be. */
export interface Asked extends Pick<Subscriber, "kind" | "address" | "owner"> {
  readonly topic: AnyTopic;
  readonly at: number;
}

/**
 * How long to wait before an address may be asked to confirm, in milliseconds; 0: it may be asked now.
 * @param asked the confirmations of the last hour, in any order
 */
export function restBeforeAsking(
  asked: readonly Asked[],
  wanted: Omit<Asked, "at">,
  now: number,
): number {
  const times = (...fields: (keyof Omit<Asked, "at">)[]): number[] =>
    asked
      .filter((one) => fields.every((field) => one[field] === wanted[field]))
      .map(({ at }) => at)
      .toSorted((a, b) => a - b);
  const hourAfter = (all: number[], most: number) => (all.at(-most) ?? -Infinity) + hourMs;
  const same = times("topic", "kind", "address", "owner").at(-1) ?? -Infinity;
  const until = Math.max(
    same + askAgainMs,
    hourAfter(times("owner"), mostAskedAnHour.owner),
    hourAfter(times("kind", "address"), mostAskedAnHour.address),
  );
  return Math.max(0, Math.min(hourMs, until - now)); // the clock may have been set back
}

/** @throws MediaError `rate_limited` when the address may not be asked now */
export function checkAsking(asked: readonly Asked[], wanted: Omit<Asked, "at">, now: number): void {
  const restMs = restBeforeAsking(asked, wanted, now);
  if (restMs === 0) return;
  const seconds = Math.ceil(restMs / 1_000);
  throw new MediaError(
    "rate_limited",
    `confirmations were asked for too often: wait ${seconds} s before ${wanted.address} is subscribed`,
    { details: { headers: { "retry-after": String(seconds) } } },
  );
}

/** @throws MediaError `rate_limited` when too many of an owner's subscriptions wait already */
export function checkPending(pending: number): void {
  if (pending >= mostPending)
    throw new MediaError(
      "rate_limited",
      `${mostPending} subscriptions wait to be confirmed already; no more until some are`,
    );
}
