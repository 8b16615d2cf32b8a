import { sharedTimes } from "../../media/shared-times.ts";
import type { AlignedWord } from "./aligner.ts";

interface Known {
  readonly startMs: number;
  readonly endMs: number;
  readonly state: "aligned" | "doubtful";
}

/**
 * Gives times to the words of a passage that have none: the time between the known words around
 * them, or the passage's ends, divided by letters. They are `failed`.
 * @param known one for each word, ascending
 */
export function interpolated(
  words: readonly string[],
  known: readonly (Known | undefined)[],
  passage: { readonly startMs: number; readonly endMs: number },
): AlignedWord[] {
  const result: AlignedWord[] = [];
  for (let index = 0; index < words.length;) {
    const own = known[index];
    if (own !== undefined) {
      result.push(own);
      index += 1;
      continue;
    }
    let end = index;
    while (end < words.length && known[end] === undefined) end += 1;
    const from = result.at(-1)?.endMs ?? passage.startMs;
    const to = Math.max(from, known[end]?.startMs ?? passage.endMs);
    const letters = words.slice(index, end).map((word) => word.length);
    for (const times of sharedTimes(letters, from, to)) result.push({ ...times, state: "failed" });
    index = end;
  }
  return result;
}
