/** Scripts written without spaces between words, and the punctuation that goes with them. */
const unspaced =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}\u3000-\u303f\uff00-\uff65]/u;

/** The last character of a text; half a surrogate pair counts as one. */
function lastCharacter(text: string): string {
  const pair = text.slice(-2);
  return pair.length === 2 && (pair.codePointAt(0) ?? 0) > 0xffff ? pair : text.slice(-1);
}

/** Whether a text begins in a script that is written without spaces: Chinese, Japanese, Thai … */
export function isUnspaced(text: string): boolean {
  return unspaced.test(String.fromCodePoint(text.codePointAt(0) ?? 0x20));
}

/** The separator between two pieces of text in the order of speech: a space, or nothing. */
export function spaceBetween(left: string, right: string): "" | " " {
  if (left === "" || right === "") return "";
  return isUnspaced(lastCharacter(left)) && isUnspaced(right) ? "" : " ";
}

/** Joins pieces of text as their scripts write them, with or without spaces. */
export function joinSpoken(pieces: readonly string[]): string {
  let text = "";
  let left = "";
  for (const piece of pieces) {
    text += spaceBetween(left, piece) + piece;
    if (piece !== "") left = piece;
  }
  return text;
}

/** White space at which a text may be broken, and control characters. The no-break spaces are no such. */
export const breakingSpace = /(?:[^\S\u00a0\u2007\u202f]|\p{Cc})+/gu;

/** A text on one line, with single spaces. No-break spaces stay what they are, also at its ends. */
export function spaced(text: string): string {
  return text.replace(breakingSpace, " ").replace(/^ +| +$/g, "");
}
