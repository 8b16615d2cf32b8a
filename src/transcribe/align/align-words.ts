import type { Word } from "../../media/transcript.ts";
import type { AlignedWord, Aligner, AlignRequest } from "./aligner.ts";
import { resemblanceOf, type Resemblance } from "./resemblance.ts";

/** The words that an engine recognized in one stretch of a recording. */
export interface RecognizedPassage {
  readonly startMs: number;
  readonly endMs: number;
  readonly words: readonly Word[];
  /** Whether the engine gave rough times; otherwise they are estimates. */
  readonly hasTimes: boolean;
}

type Where = Omit<AlignRequest, "passages">;

/** No word is shorter. */
const shortestMs = 10;

/**
 * Gives the words of passages the times at which they are said. What cannot be aligned keeps the
 * engine's times, if it has any, else an estimate (`timing`). Text, order, confidence and all else stay.
 * `resemblances` says of each passage how well its words fit its sound.
 * @throws what `Aligner.align` throws
 */
export async function alignWords(
  aligner: Aligner,
  passages: readonly RecognizedPassage[],
  where: Where,
): Promise<{ words: Word[]; notes: string[]; resemblances: Resemblance[] }> {
  const spoken = passages.map(({ startMs, endMs, words }) => ({
    startMs,
    endMs,
    words: words.map(({ text }) => text),
  }));
  const aligned = await aligner.align({ ...where, passages: spoken });
  const words = passages.flatMap((passage, index) => timedWords(passage, aligned[index] ?? []));
  const estimated = words.filter(({ timing }) => timing === "estimated").length;
  const notes =
    estimated === 0 ? [] : [`the times of ${estimated} of ${words.length} words are estimates`];
  const resemblances = passages.map((passage, index) =>
    resemblanceOf(passage, aligned[index] ?? []),
  );
  return { words, notes, resemblances };
}

function timedWords(passage: RecognizedPassage, aligned: readonly AlignedWord[]): Word[] {
  const { words, hasTimes } = passage;
  const allFailed = aligned.every(({ state }) => state === "failed");
  // Single words that failed lie between aligned ones, where the engine's times may not fit.
  if (allFailed && hasTimes) return [...words];
  return ordered(
    words.map((word, index) => {
      const { startMs, endMs, state } = aligned[index] ?? { ...word, state: "failed" };
      const { timing: _before, ...rest } = word;
      if (state === "aligned") return { ...rest, startMs, endMs };
      return { ...rest, startMs, endMs, timing: state === "failed" ? "estimated" : "doubtful" };
    }),
  );
}

/** Words that last a moment at least, each beginning no earlier than the one before ends. */
function ordered(words: readonly Word[]): Word[] {
  let free = 0;
  return words.map((word) => {
    const startMs = Math.max(free, word.startMs);
    const endMs = Math.max(startMs + shortestMs, word.endMs);
    free = endMs;
    return { ...word, startMs, endMs };
  });
}

/** Sound before and after words whose text was changed: their old times are about right. */
const aroundMs = 1_000;

/**
 * Aligns some words of a transcript again, after their text was changed. The words around them stay
 * as they are, and these lie between them.
 * @param range places of the changed words, half-open
 */
export async function realignWords(
  aligner: Aligner,
  words: readonly Word[],
  range: { readonly from: number; readonly to: number },
  where: Where,
): Promise<Word[]> {
  const [before, after] = [words.slice(0, range.from), words.slice(range.to)];
  const changed = words.slice(range.from, range.to);
  const [first, last] = [changed[0], changed.at(-1)];
  if (first === undefined || last === undefined) return [...words];
  const startMs = Math.max(before.at(-1)?.endMs ?? 0, first.startMs - aroundMs);
  const endMs = Math.max(startMs, Math.min(after[0]?.startMs ?? Infinity, last.endMs + aroundMs));
  const passage = { startMs, endMs, words: changed, hasTimes: false };
  const aligned = await alignWords(aligner, [passage], where);
  const held = aligned.words.map((word) => ({
    ...word,
    startMs: Math.min(endMs, word.startMs),
    endMs: Math.min(endMs, word.endMs),
  }));
  return [...before, ...held, ...after];
}
