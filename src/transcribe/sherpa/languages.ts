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

/** Codes of languages that models know by another: ISO 639-3 for 639-1, withdrawn codes, parts for the whole. */
const sameLanguages: Readonly<Record<string, string>> = Object.fromEntries(
  (
    "nb:no cmn:zh iw:he in:id ji:yi mo:ro jv:jw fil:tl arb:ar pes:fa prs:fa zsm:ms swh:sw ekk:et lvs:lv " +
    "azj:az uzn:uz khk:mn als:sq npi:ne pbt:ps ydd:yi"
  )
    .split(" ")
    .map((pair) => pair.split(":")),
);

/** The code by which models know a language: `no` for `nb-NO`, `zh` for `cmn-CN`, `de` for `de-AT`. */
export function commonCode(code: string): string {
  const primary = primaryOf(code);
  return sameLanguages[primary] ?? primary;
}

/**
 * The languages of a recording, the likeliest first. The detector names one language for each piece
 * and says nothing of how sure it is; so the score is the share of the sound that was taken for
 * that language, not a probability. Pieces taken for none of the candidates count for none.
 * @param candidates BCP 47; the result is in their words. Default: any language, by its primary code.
 */
export function languageScores(
  votes: readonly LanguageVote[],
  candidates: readonly string[] = [],
): LanguageScore[] {
  const found = new Map<string, number>();
  let totalMs = 0;
  for (const { code, lengthMs } of votes) {
    const primary = commonCode(code);
    if (primary === "") continue;
    totalMs += lengthMs;
    const named =
      candidates.length === 0
        ? primary
        : candidates.find((candidate) => commonCode(candidate) === primary);
    if (named !== undefined) found.set(named, (found.get(named) ?? 0) + lengthMs);
  }
  return [...found]
    .map(([code, ms]) => ({ code, score: ms / totalMs }))
    .toSorted((a, b) => b.score - a.score);
}
