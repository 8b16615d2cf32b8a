/** A job is tried this often before it counts as failed. */
export const maxAttempts = 3;

/** A job whose process died this often, whatever killed it, counts as failed: it may be the cause. */
export const maxDeaths = 10;

const firstDelayMs = 2_000;
/** No job waits longer than this for its next try. */
export const longestDelayMs = 5 * 60_000;

/**
 * How long to wait before the next try: doubles from 2 s up to 5 min, of which a random half is
 * taken off, so that jobs which failed together do not come back together.
 */
export function backoffMs(attempts: number, random: () => number = Math.random): number {
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.max(0, attempts - 1));
  return Math.round(delay * (1 - random() / 2));
}
