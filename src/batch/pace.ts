import type { BatchRow } from "./summary.ts";

/** Milliseconds in which at least one of the spans ran. Time between spans does not count. */
export function busyMs(spans: readonly (readonly [from: number, to: number])[]): number {
  let [busy, until] = [0, -Infinity];
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    busy += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return busy;
}

/** Seconds of work that a second of sound took; undefined when nothing was transcribed. */
export function paceOf(rows: readonly BatchRow[]): number | undefined {
  const heard = rows.filter(
    ({ failure, durationMs, startedAt }) =>
      failure === undefined && durationMs !== undefined && startedAt !== undefined,
  );
  const soundMs = heard.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0);
  if (soundMs === 0) return undefined;
  return busyMs(heard.map(({ startedAt = 0, finishedAt }) => [startedAt, finishedAt])) / soundMs;
}
