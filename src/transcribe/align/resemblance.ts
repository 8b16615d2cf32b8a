import type { AlignedWord } from "./aligner.ts";

/** A stretch of a recording, half-open. */
interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
}

/** A passage, and how many words were recognized in it. */
export interface WrittenPassage extends Stretch {
  readonly words: number;
}

/** How well the words that were recognized in a passage fit its sound. */
export interface Resemblance extends WrittenPassage {
  /** Words that the sound hardly resembles, or that were not found in it at all. */
  readonly unlike: number;
}

/** Of an aligned passage. */
export function resemblanceOf(
  { startMs, endMs }: Stretch,
  aligned: readonly AlignedWord[],
): Resemblance {
  const unlike = aligned.filter(({ state }) => state !== "aligned").length;
  return { startMs, endMs, words: aligned.length, unlike };
}

/** Passages are judged together until they have so many words: of fewer, half may be off by chance. */
const enoughWords = 10;
/** What is judged at all has so many. */
const fewestWords = 5;
/** English over other languages was above a half; over English it was less, but for some synthetic voices. */
const mostUnlike = 0.35;
/** Of few words this much more. */
const byChance = 0.5;

interface Block extends Resemblance {
  readonly isUnlike: boolean;
}

const joined = (first: Resemblance, next: Resemblance): Resemblance => ({
  startMs: first.startMs,
  endMs: next.endMs,
  words: first.words + next.words,
  unlike: first.unlike + next.unlike,
});

function blocksOf(passages: readonly Resemblance[]): Block[] {
  const blocks: Resemblance[] = [];
  let open: Resemblance | undefined;
  for (const one of passages) {
    open = open === undefined ? one : joined(open, one);
    if (open.words < enoughWords) continue;
    blocks.push(open);
    open = undefined;
  }
  if (open !== undefined) blocks.push(open);
  return blocks.map((block) => ({
    ...block,
    isUnlike: block.words >= fewestWords && block.unlike > mostUnlike * block.words + byChance,
  }));
}

/**
 * Where a recording's words do not fit its sound: there another language may be spoken than the one that was
 * written. Neighbouring places are one.
 * @param passages in their order
 */
export function strangeStretches(passages: readonly Resemblance[]): Resemblance[] {
  const stretches: Resemblance[] = [];
  let before = false;
  for (const { isUnlike, ...block } of blocksOf(passages)) {
    const last = stretches.at(-1);
    if (isUnlike && before && last !== undefined)
      stretches[stretches.length - 1] = joined(last, block);
    else if (isUnlike) stretches.push(block);
    before = isUnlike;
  }
  return stretches;
}

/** So many places speak for a recording whose words nothing could judge. */
const mostPlaces = 3;

/**
 * Some places of a recording, far from each other, each with words enough to be compared with another hearing: for
 * where no aligner judges the words.
 * @param passages in their order
 */
export function somePlaces(passages: readonly WrittenPassage[]): Resemblance[] {
  const blocks = blocksOf(passages.map((passage) => ({ ...passage, unlike: 0 })));
  const usable = blocks
    .filter(({ words }) => words >= enoughWords)
    .map(({ isUnlike: _isUnlike, ...block }): Resemblance => block);
  const step = Math.max(1, usable.length / mostPlaces);
  return usable.filter(
    (_block, index) => Math.floor((index + 1) / step) > Math.floor(index / step),
  );
}
