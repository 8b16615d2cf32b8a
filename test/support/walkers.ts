/**
 * When somebody is to be seen in the shared video walkers.mp4, looked at frame by frame, two a
 * second: half-open, in milliseconds. `partly` is a leg at the edge, or the top of a head.
 */
export const walkers = {
  plainly: [
    [3000, 24_500],
    [31_000, 45_000],
  ],
  partly: [
    [24_500, 25_000],
    [30_500, 31_000],
  ],
} as const;

const isWithin = (spans: readonly (readonly [number, number])[], timestampMs: number): boolean =>
  spans.some(([start, end]) => timestampMs >= start && timestampMs < end);

/** Whether somebody is there at that time: `nobody`, `partly` or `plainly`. */
export function somebodyAt(timestampMs: number): "plainly" | "partly" | "nobody" {
  if (isWithin(walkers.plainly, timestampMs)) return "plainly";
  return isWithin(walkers.partly, timestampMs) ? "partly" : "nobody";
}
