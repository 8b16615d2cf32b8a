import type { Word } from "../../media/transcript.ts";

/** The engine's own step of time: no word is shorter. */
const shortestMs = 10;

/**
 * Words in the order of time that do not overlap: each starts no earlier than the one before it
 * ends, and lasts at least 10 ms.
 */
export function assembled(words: readonly Word[]): Word[] {
  const ordered = words.toSorted((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
  let free = 0;
  return ordered.map((word) => {
    const startMs = Math.max(free, Math.round(word.startMs));
    free = Math.max(startMs + shortestMs, Math.round(word.endMs));
    return { ...word, startMs, endMs: free };
  });
}
