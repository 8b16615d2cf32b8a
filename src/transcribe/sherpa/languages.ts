import type { LanguageVote } from "./protocol.ts";

/** A language as BCP 47 and how sure that is, 0–1. */
export interface LanguageScore {
  readonly code: string;
  readonly score: number;
}

/** `en` of `en-US`. */
export function primaryOf(code: string): string {
  return code.toLowerCase().split(/[-_]/, 1)[0] ?? "";
}

/**
 * The languages of a recording, the likeliest first. The detector names one language for each piece
 * and says nothing of how sure it is; so the score is the share of the sound heard that was taken for
 * that language, not a probability. Pieces taken for none of the candidates count for none.
 * @param candidates BCP 47; the result is in their words. Default: any language, by its primary code.
 */
export function languageScores(
  votes: readonly LanguageVote[],
  candidates: readonly string[] = [],
): LanguageScore[] {
  const heard = new Map<string, number>();
  let totalMs = 0;
  for (const { code, lengthMs } of votes) {
    const primary = primaryOf(code);
    if (primary === "") continue;
    totalMs += lengthMs;
    const named =
      candidates.length === 0
        ? primary
        : candidates.find((candidate) => primaryOf(candidate) === primary);
    if (named !== undefined) heard.set(named, (heard.get(named) ?? 0) + lengthMs);
  }
  return [...heard]
    .map(([code, ms]) => ({ code, score: ms / totalMs }))
    .toSorted((a, b) => b.score - a.score);
}
