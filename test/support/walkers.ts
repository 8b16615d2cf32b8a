/**
 * When a person is visible in the shared video walkers.mp4, as half-open ranges in milliseconds. A
 * person looked at two frames a second. `partly`: only a leg at the edge or the top of a head shows.
 */
export const walkers = {
  fully: [
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

/** How a person is visible at that time. */
export function visiblePerson(timestampMs: number): "fully" | "partly" | "none" {
  if (isWithin(walkers.fully, timestampMs)) return "fully";
  return isWithin(walkers.partly, timestampMs) ? "partly" : "none";
}
