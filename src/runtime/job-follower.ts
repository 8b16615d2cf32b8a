import { setTimeout as sleep } from "node:timers/promises";
import type { BackgroundPart } from "../process/background.ts";

/** Follows jobs that clients of AWS's protocols have started. */
export interface JobFollower extends BackgroundPart {
  /** Says that there is something new to do. */
  readonly wake: () => void;
}

/** Jobs in progress are looked at so often, and the queue when nothing is in progress. */
const busyMs = 250;
const idleMs = 5_000;
/** What is left over is looked for so often. */
const tidyMs = 3_600_000;

/**
 * A part that looks at jobs again and again.
 * @param work.turn looks at all of them once, and returns how many are in progress
 * @param work.tidy removes what a process has left; called at the start, and every hour
 */
export function createJobFollower(
  name: string,
  work: {
    readonly turn: (signal: AbortSignal) => Promise<number>;
    readonly tidy: () => Promise<void>;
  },
): JobFollower {
  let woken = new AbortController();
  return {
    name,
    wake: () => woken.abort(),
    async run(signal) {
      let tidiedAt = -Infinity;
      while (!signal.aborted) {
        if (performance.now() - tidiedAt > tidyMs) {
          await work.tidy();
          tidiedAt = performance.now();
        }
        woken = new AbortController();
        const count = await work.turn(signal);
        const until = AbortSignal.any([signal, woken.signal]);
        await sleep(count > 0 ? busyMs : idleMs, undefined, { signal: until }).catch(() => {});
      }
    },
  };
}
