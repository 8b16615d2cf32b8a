import type { SlotKind } from "../media/job.ts";

/** How long a worker without work waits before it looks again. */
export const pollMs = 250;
/** Pauses vary by up to a quarter either way, so that workers do not look at the same moment. */
const spread = 0.25;

export function pollDelayMs(random: () => number = Math.random): number {
  return pollMs * (1 - spread + random() * 2 * spread);
}

/** How long a session may take one slot after another while other sessions wait. */
const turnMs = 1_000;
/** After that it leaves a gap in which every other worker looks at least once. */
const gapMs = pollMs * (1 + spread) + 20;

/** Turns between sessions: without them a session that always finds its own next job would keep a slot for ever. */
export interface Turns {
  /** True when the session has had its turn at this kind, and another session waits for a slot of it. */
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
