import { setTimeout as sleep } from "node:timers/promises";
import { asMediaError } from "../media/errors.ts";
import type { Logger } from "../log/log.ts";

/** Something that a service does beside answering, until the signal. */
export interface BackgroundPart {
  readonly name: string;
  readonly run: (signal: AbortSignal) => Promise<void>;
}

const firstPauseMs = 500;
const longestPauseMs = 30_000;
/** A part that ran so long did not fail at its start: the pauses begin at the shortest again. */
const wellMs = 60_000;

/**
 * Runs a part again and again until the signal: what it failed with (a full disk, say) is logged, and
 * it starts again after pauses that grow.
 */
export async function keepRunning(
  { name, run }: BackgroundPart,
  signal: AbortSignal,
  log: Logger,
): Promise<void> {
  for (
    let pauseMs = firstPauseMs;
    !signal.aborted;
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  ) {
    const startedAt = performance.now();
    try {
      await run(signal);
      if (!signal.aborted) return; // it has nothing more to do
    } catch (thrown) {
      if (signal.aborted) return;
      const error = asMediaError(thrown);
      if (performance.now() - startedAt > wellMs) pauseMs = firstPauseMs;
      log.error(
        { part: name, err: error, againInMs: pauseMs },
        `${name} stopped: ${error.message}`,
      );
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
    }
  }
}

/** A part that does something every so often. */
export function every(
  name: string,
  ms: number,
  work: (signal: AbortSignal) => Promise<unknown>,
): BackgroundPart {
  return {
    name,
    run: async (signal) => {
      while (!signal.aborted) {
        await sleep(ms, undefined, { signal }).catch(() => {});
        if (!signal.aborted) await work(signal);
      }
    },
  };
}
