import type { Word } from "../../media/transcript.ts";
import type { ReadPassage, ReadWord } from "./passage.ts";

/** Words in a row for which a file has no times: from one place up to, not including, another. */
export interface UntimedStretch {
  readonly from: number;
  readonly to: number;
  /** Where they are said, ms. */
  readonly startMs: number;
  readonly endMs: number;
}

/** Captions this close are one stretch, so that a word may be said across their border. */
const nearMs = 500;
const longestMs = 30_000;
/** Captions seldom begin and end exactly with the words. */
const aroundMs = 300;

const isTimed = ({ startMs, endMs }: ReadWord): boolean =>
  startMs !== undefined && endMs !== undefined;

/** Whether the second stretch goes on where the first ends. */
const goesOn = (one: UntimedStretch, next: UntimedStretch): boolean =>
  one.to === next.from &&
  next.startMs >= one.startMs &&
  next.startMs - one.endMs <= nearMs &&
  next.endMs - one.startMs <= longestMs;

/**
 * The stretches of words without times.
 * @param words all words of the passages, with estimates where the file has no times (`wordsOfPassage`)
 */
export function untimedStretches(
  passages: readonly ReadPassage[],
  words: readonly Word[],
): UntimedStretch[] {
  const found: UntimedStretch[] = [];
  let at = 0;
  for (const passage of passages) {
    for (let index = 0; index < passage.words.length;) {
      let end = index;
      while (end < passage.words.length && !isTimed(passage.words[end] ?? { text: "" })) end += 1;
      if (end > index) {
        const startMs = words[at + index]?.startMs ?? passage.startMs;
        const endMs = words[at + end - 1]?.endMs ?? passage.endMs;
        const stretch = { from: at + index, to: at + end, startMs, endMs };
        const last = found.at(-1);
        if (last !== undefined && goesOn(last, stretch))
          found[found.length - 1] = { ...stretch, from: last.from, startMs: last.startMs };
        else found.push(stretch);
      }
      index = Math.max(end, index + 1);
    }
    at += passage.words.length;
  }
  return found.map((stretch) => widened(stretch, words));
}

/** A little more on both sides, up to the middle of the pause there. */
function widened(stretch: UntimedStretch, words: readonly Word[]): UntimedStretch {
  const { from, to, startMs, endMs } = stretch;
  const before = startMs - (words[from - 1]?.endMs ?? 0);
  const after = (words[to]?.startMs ?? Infinity) - endMs;
  return {
    ...stretch,
    startMs: startMs - Math.min(aroundMs, Math.max(0, Math.floor(before / 2))),
    endMs: endMs + Math.min(aroundMs, Math.max(0, Math.floor(after / 2))),
  };
}
