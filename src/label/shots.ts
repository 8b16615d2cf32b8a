import type { Shot } from "../media/label.ts";

/** Cuts closer together than this count as one: they are a flash, or a single frame of another film. */
const shortestMs = 200;

/**
 * The shots between hard cuts, one after the other from the first frame to the end; a video without
 * a cut is one shot. Dissolves and fades are not found.
 * @param cuts times at which a new picture begins, with how sure it is, 0–1
 */
export function shotsOf(
  cuts: readonly { readonly atMs: number; readonly confidence: number }[],
  endMs: number,
): Shot[] {
  const shots: Shot[] = [];
  let start = { atMs: 0, confidence: 1 };
  for (const cut of cuts.toSorted((a, b) => a.atMs - b.atMs)) {
    if (cut.atMs - start.atMs < shortestMs || endMs - cut.atMs < 1) continue;
    shots.push({ startMs: start.atMs, endMs: cut.atMs, confidence: start.confidence });
    start = cut;
  }
  shots.push({
    startMs: start.atMs,
    endMs: Math.max(endMs, start.atMs + 1),
    confidence: start.confidence,
  });
  return shots;
}
