import { spokenForms } from "./number-words.ts";

/** Short forms that are said in full. */
const inFull: Readonly<Record<string, string>> = {
  mr: "mister",
  mrs: "missus",
  dr: "doctor",
  ok: "okay",
  "&": "and",
};

/** Words as they are compared: lower case, without punctuation, apostrophes and figures kept. */
function wordsOf(text: string): string[] {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll("’", "'")
    .split(/[\s\p{Pd}_]+/u)
    .map((word) => word.replaceAll(/^[^\p{L}\p{M}\p{N}$£€&']+|[^\p{L}\p{M}\p{N}%&']+$/gu, ""))
    .flatMap((word) =>
      spokenForms(word) === undefined && word !== "&"
        ? word.split(/[^\p{L}\p{M}\p{N}']+/u)
        : [word],
    )
    .map((word) => inFull[word] ?? word)
    .filter((word) => word !== "");
}

/** Whether some words stand in a text, one after the other. */
const contains = (text: string, words: readonly string[]): boolean =>
  text.includes(` ${words.join(" ")} `);

/** The words of a text; numbers as they are said in the other one, else as they mostly are. */
function spokenWords(words: readonly string[], other: readonly string[]): string[] {
  const text = ` ${other.join(" ")} `;
  return words.flatMap((word) => {
    if (other.includes(word)) return [word];
    const forms = spokenForms(word);
    return forms?.find((form) => contains(text, form)) ?? forms?.[0] ?? [word];
  });
}

/** How far a transcript is from what was said. */
export interface WordError {
  /** Words put in, left out or mistaken: the least that turns one into the other (Levenshtein). */
  readonly errors: number;
  /** Words that were said. */
  readonly words: number;
}

/**
 * Compares a transcript with what was said. Letter case and punctuation do not count, and English numbers
 * are the same as figures and in words: `10` is ten, `1961` nineteen sixty one.
 */
export function wordError(said: string, transcribed: string): WordError {
  const [saidWords, writtenWords] = [wordsOf(said), wordsOf(transcribed)];
  const reference = spokenWords(saidWords, writtenWords);
  const hypothesis = spokenWords(writtenWords, saidWords);
  let row = Array.from({ length: hypothesis.length + 1 }, (_, index) => index);
  for (const [index, word] of reference.entries()) {
    const next = [index + 1];
    for (const [column, other] of hypothesis.entries()) {
      const replaced = (row[column] ?? 0) + (word === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return { errors: row.at(-1) ?? 0, words: reference.length };
}

/** Word error rate over several recordings: all errors over all words said. */
export function wordErrorRate(results: readonly WordError[]): number {
  const errors = results.reduce((sum, result) => sum + result.errors, 0);
  const words = results.reduce((sum, result) => sum + result.words, 0);
  return errors / words;
}
