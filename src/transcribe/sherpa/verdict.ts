import { isUnspaced } from "../../media/spacing.ts";

/** What is wrong with what a model wrote for a piece: see `verdictOf`. */
export type Verdict = "good" | "cut off" | "repeats" | "too fast" | "too little";

/** Letters a second, beyond what the fastest speakers reach; a sign of scripts without spaces is a syllable. */
const fastestLetters = 32;
const lettersOfSign = 3;
/** Slow speakers with pauses reach more letters a second; a model that writes fewer has stopped too early. */
const slowestLetters = 6;
const shortestForLittleMs = 6_000;
/** So much is let through whatever the time: a piece's edges are cut closely. */
const freeLetters = 16;

/** From so many times on, the same words one after the other are a loop. */
const mostTimes = (words: number): number => (words <= 2 ? 7 : words <= 4 ? 5 : 3);
const longestPhrase = 24;

/** Words, or signs where words are not written apart; small letters, without punctuation. */
function wordsOf(text: string): string[] {
  const plain = text.toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}'\s]+/gu, "");
  return plain
    .split(/\s+/u)
    .flatMap((word) => (isUnspaced(word) ? Array.from(word) : [word]))
    .filter((word) => word !== "");
}

/** Whether a text says the same over and over, as models do that have lost the thread. */
export function repeatsItself(text: string): boolean {
  const words = wordsOf(text);
  for (let length = 1; length <= longestPhrase; length += 1) {
    let same = 0;
    for (let index = length; index < words.length; index += 1) {
      same = words[index] === words[index - length] ? same + 1 : 0;
      if (same >= length * (mostTimes(length) - 1)) return true;
    }
  }
  return false;
}

/** How many letters are said in a text; digits are words. */
export function lettersOf(text: string): number {
  let count = 0;
  for (const character of text) {
    if (/\p{N}/u.test(character)) count += lettersOfSign;
    else if (/\p{L}/u.test(character)) count += isUnspaced(character) ? lettersOfSign : 1;
  }
  return count;
}

/** What models write where nobody speaks, when they write something. */
const inventions =
  /^(?:(?:you|thank you|thanks for watching|bye|bye bye|so|oh|the|hmm|mm)\b\W*)+$/i;
const shortestForInventionMs = 4_000;

/** Whether a text is one that models are known to invent, and far too short for the time. */
export function looksInvented(text: string, lengthMs: number): boolean {
  return lengthMs >= shortestForInventionMs && inventions.test(text.trim());
}

/**
 * Whether a model's text for a piece can be what was said: it does not say the same over and over, is not
 * more than anybody can say in the time, nor far less, and did not end at the limit of tokens.
 * @param mostTokens at which sherpa stops; undefined: it does not
 */
export function verdictOf(
  piece: { readonly text: string; readonly tokens: readonly string[] },
  lengthMs: number,
  mostTokens: number | undefined,
): Verdict {
  if (repeatsItself(piece.text)) return "repeats";
  if (lettersOf(piece.text) > freeLetters + (fastestLetters * lengthMs) / 1000) return "too fast";
  if (mostTokens !== undefined && piece.tokens.length >= mostTokens - 1) return "cut off";
  const little = (slowestLetters * lengthMs) / 1000;
  if (lengthMs >= shortestForLittleMs && lettersOf(piece.text) < little) return "too little";
  return "good";
}
