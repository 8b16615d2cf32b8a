import { isIPv6 } from "node:net";

/** Requests a second in the long run, and requests at once after a pause. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A caller that asks too often has to wait; its request is not carried out. */
export interface RateLimit {
  /** Takes a request for this caller, or returns the milliseconds until the next one is allowed. */
  take(who: string): number | undefined;
}

/** How many callers are remembered. Beyond that, those that paused longest are forgotten, to their advantage. */
const maxRemembered = 10_000;

/**
 * Token buckets. Memory is bounded: a bucket that is full again is as good as none.
 * @param now milliseconds that never go back
 */
export function createRateLimit(
  { perSecond, burst }: Rate,
  now: () => number = () => performance.now(),
): RateLimit {
  /** Buckets in the order of their last use. */
  const buckets = new Map<string, { left: number; at: number }>();

  const forgetFull = (at: number): void => {
    const fullAfterMs = (burst / perSecond) * 1_000;
    for (const [who, bucket] of buckets) {
      if (at - bucket.at < fullAfterMs && buckets.size <= maxRemembered) return;
      buckets.delete(who);
    }
  };

  return {
    take(who) {
      const at = now();
      const before = buckets.get(who) ?? { left: burst, at };
      const left = Math.min(burst, before.left + ((at - before.at) / 1_000) * perSecond);
      const enough = left >= 1;
      buckets.delete(who);
      buckets.set(who, { left: enough ? left - 1 : left, at });
      forgetFull(at);
      return enough ? undefined : Math.ceil(((1 - left) / perSecond) * 1_000);
    },
  };
}

/** The network of an IPv6 address, because one connection has 2^64 addresses; an IPv4 address itself. */
export function networkOf(address: string): string {
  const mapped = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (!isIPv6(mapped)) return mapped;
  const [head = "", tail] = (mapped.split("%")[0] ?? "").split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  const groups = tail === undefined ? before : [...before, ...zeros, ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
