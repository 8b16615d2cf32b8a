import { breakingSpace, spaceBetween } from "./spacing.ts";

/**
 * Words of a transcript as one text that can be cut into the same words again. A space stands between
 * words that their scripts separate, this sign between words that they do not.
 */
const joint = "\u001f";
/** A space inside a word. No-break spaces stay what they are. */
const innerSpace = "\u001e";

const separator = new RegExp(`([ ${joint}])`);

/** The words as one text. */
export function storedWords(words: readonly string[]): string {
  const parts: string[] = [];
  let left = "";
  for (const [index, given] of words.entries()) {
    const word = given.replace(breakingSpace, innerSpace);
    if (index > 0) parts.push(spaceBetween(left, word) === " " || word === "" ? " " : joint);
    parts.push(word);
    if (word !== "") left = word;
  }
  return parts.join("");
}

/** The words of a stored text, and what stands before each of them when they are shown. */
export function wordsOfStored(text: string): { words: string[]; before: ("" | " ")[] } {
  if (!text.includes(joint)) {
    // nearly all there is
    const plain = text.includes(innerSpace) ? text.split(" ").map(shownText) : text.split(" ");
    return { words: plain, before: plain.map((_word, index) => (index === 0 ? "" : " ")) };
  }
  const pieces = text.split(separator);
  const words: string[] = [];
  const before: ("" | " ")[] = [];
  for (let index = 0; index < pieces.length; index += 2) {
    words.push((pieces[index] ?? "").replaceAll(innerSpace, " "));
    before.push(pieces[index - 1] === " " ? " " : "");
  }
  return { words, before };
}

/** A stored text as it is read. */
export function shownText(stored: string): string {
  return stored.replaceAll(joint, "").replaceAll(innerSpace, " ");
}
