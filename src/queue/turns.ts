import type { SlotKind } from "../media/job.ts";

/** How soon a worker with nothing to do looks again, at the latest. */
export const pollMs = 250;
/** Pauses differ by a quarter up and down, so that workers do not look in step. */
const spread = 0.25;

export function pollDelayMs(random: () => number = Math.random): number {
  return pollMs * (1 - spread + random() * 2 * spread);
}

/** How long a session may take slot after slot while others wait for one. */
const turnMs = 1_000;
/** Then it leaves a gap in which every other worker has looked at least once. */
const gapMs = pollMs * (1 + spread) + 20;

/** Whose turn it is: what keeps a session that finds its own next job at once from keeping a slot for ever. */
export interface Turns {
  /** True when the session has had its turn at this kind, and another one waits for it. */
  mustRest(kind: SlotKind, others: () => boolean): boolean;
  took(kind: SlotKind): void;
}

export function createTurns(now: () => number = () => performance.now()): Turns {
  const since = new Map<SlotKind, number>();
  const restUntil = new Map<SlotKind, number>();
  return {
    mustRest(kind, others) {
      const at = now();
      if (at < (restUntil.get(kind) ?? 0)) return true;
      if (at - (since.get(kind) ?? at) < turnMs || !others()) return false;
      since.delete(kind);
      restUntil.set(kind, at + gapMs);
      return true;
    },
    took(kind) {
      if (!since.has(kind)) since.set(kind, now());
    },
  };
}
