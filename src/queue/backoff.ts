/** After this many tries a job fails. */
export const maxAttempts = 3;

/** A job whose process died this often fails: the job may be the cause. */
export const maxDeaths = 10;

const firstDelayMs = 2_000;
/** The longest pause between two tries. */
export const longestDelayMs = 5 * 60_000;

/**
 * How long to wait before the next try: the pause doubles from 2 s up to 5 min, less a random part of up to
 * a half, so that jobs which failed together are not tried together.
 */
export function backoffMs(attempts: number, random: () => number = Math.random): number {
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.max(0, attempts - 1));
  return Math.round(delay * (1 - random() / 2));
}
