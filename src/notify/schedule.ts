const [second, minute, hour] = [1_000, 60_000, 3_600_000];

/**
 * How long a delivery waits after its first, second … failed attempt; after the last of them it is
 * dead. Ten attempts in about 28 hours: an outage of a night loses nothing. Standard Webhooks
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

/** A receiver that just failed is left alone so long, whatever else waits for it. */
export const restMs = 5 * second;

/**
 * When to try again after so many attempts; undefined: not any more. Up to a fifth is added at random,
 * so that what failed together does not come back together.
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
