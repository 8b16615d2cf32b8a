import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ChildProcess } from "node:child_process";

/** How long a child of this process lived: from just before it was spawned to its exit. */
export interface Lifetime {
  readonly startMs: number;
  readonly endMs: number;
}

/** Records every child that this process starts from now on. */
export function watchChildren(): { stop: () => readonly Lifetime[] } {
  const lifetimes: Lifetime[] = [];
  const onChild = (message: unknown) => {
    const startMs = performance.now();
    const { process: child } = message as { process: ChildProcess };
    child.once("exit", () => lifetimes.push({ startMs, endMs: performance.now() }));
  };
  subscribe("child_process", onChild);
  return {
    stop: () => {
      unsubscribe("child_process", onChild);
      return lifetimes;
    },
  };
}

export function summed(lifetimes: readonly Lifetime[]): number {
  return lifetimes.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
}

/** Time in which at least one child ran. */
export function covered(lifetimes: readonly Lifetime[]): number {
  let [sum, until] = [0, -Infinity];
  for (const { startMs, endMs } of lifetimes.toSorted((a, b) => a.startMs - b.startMs)) {
    sum += Math.max(0, endMs - Math.max(startMs, until));
    until = Math.max(until, endMs);
  }
  return sum;
}
