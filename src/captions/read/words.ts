import { isUnspaced, spaced } from "../../media/spacing.ts";
import { wordsWithin } from "../tokens.ts";
import type { ReadWord } from "./passage.ts";

const letters = /[\p{L}\p{N}]/u;
/** Punctuation behind a word; what may belong to it, `%` or `€`, stays with it. */
const behind = /^(.*?[\p{L}\p{N}\p{M}\p{S}%‰°][)\]}'’"”»」』]*?)([\p{Po}\p{Pf}\p{Pe}"'”»…]+)$/u;

/** A text of people as words: at spaces, and in scripts without them where `Intl.Segmenter` finds words. */
export function wordsOf(text: string): ReadWord[] {
  const found: ReadWord[] = [];
  for (const chunk of spaced(text).split(" ")) {
    if (chunk === "") continue;
    const inner = [...chunk].some(isUnspaced) ? wordsWithin(chunk) : [chunk];
    for (const [index, one] of inner.entries()) {
      const last = found.at(-1);
      // punctuation alone belongs to the word before it, with its space: `Bonjour !`
      if (!letters.test(one) && last !== undefined && !/[\p{S}&]/u.test(one)) {
        const space = index === 0 ? " " : "";
        found[found.length - 1] = { ...last, punctuation: (last.punctuation ?? "") + space + one };
        continue;
      }
      const [, word, punctuation] = behind.exec(one) ?? [];
      found.push(
        word === undefined || punctuation === undefined
          ? { text: one }
          : { text: word, punctuation },
      );
    }
  }
  return found;
}
