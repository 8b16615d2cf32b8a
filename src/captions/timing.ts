import type { CaptionRules } from "./rules.ts";

/** The most that a caption begins after its first word. */
export const maxLagMs = 1_000;

interface Timed {
  readonly startMs: number;
}

/** Where captions begin that follow one another by at least `slotMs`, each not before its words. */
function startsWith(cues: readonly Timed[], slotMs: number): number[] {
  const starts: number[] = [];
  for (const { startMs } of cues)
    starts.push(Math.max(startMs, (starts.at(-1) ?? -slotMs) + slotMs));
  return starts;
}

const largestLag = (cues: readonly Timed[], starts: readonly number[]): number =>
  cues.reduce((most, { startMs }, index) => Math.max(most, (starts[index] ?? 0) - startMs), 0);

/** The longest time that each of these captions can have, so that none begins too late; at least 1 ms. */
function slotFor(cues: readonly Timed[], wishedMs: number): number {
  let [slot, tooLong] = [1, wishedMs + 1];
  while (tooLong - slot > 1) {
    const half = Math.floor((slot + tooLong) / 2);
    if (largestLag(cues, startsWith(cues, half)) <= maxLagMs) slot = half;
    else tooLong = half;
  }
  return slot;
}

/**
 * Where captions begin: with their first words, in steps of at least the shortest time. Where that would
 * make one late by more than `maxLagMs`, all captions of that stretch get less time.
 * @param cues in the order of their times
 */
export function startsOf(
  cues: readonly Timed[],
  { minMs, gapMs }: Pick<CaptionRules, "minMs" | "gapMs">,
): number[] {
  const wishedMs = minMs + gapMs;
  const starts = startsWith(cues, wishedMs);
  const result: number[] = [];
  for (let from = 0; from < cues.length;) {
    // a stretch: captions that push each other
    let to = from + 1;
    while (to < cues.length && (starts[to] ?? 0) > (cues[to]?.startMs ?? 0)) to += 1;
    const stretch = cues.slice(from, to);
    result.push(...startsWith(stretch, slotFor(stretch, wishedMs)));
    from = to;
  }
  return result;
}
