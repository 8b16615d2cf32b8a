/** A job is tried this often before it counts as failed. */
export const maxAttempts = 3;

const firstDelayMs = 2_000;
const longestDelayMs = 5 * 60_000;

/**
 * How long to wait before the next try: doubles from 2 s up to 5 min, of which a random half is
 * taken off, so that jobs which failed together do not come back together.
 */
export function backoffMs(attempts: number, random: () => number = Math.random): number {
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.max(0, attempts - 1));
  return Math.round(delay * (1 - random() / 2));
}
