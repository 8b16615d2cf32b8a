import type { VocabularyPhrase } from "../media/speech.ts";
import type { Word } from "../media/transcript.ts";

/** A pause this long lies between two phrases, not within one. */
const longestPauseMs = 1_500;

/**
 * The spoken parts of a text as they are compared: small letters and digits, parted at spaces,
 * hyphens, dots and underscores. `Los-Angeles` → los, angeles; `A.W.S.` → a, w, s.
 */
function partsOf(text: string): string[] {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll("’", "'")
    .split(/[^\p{L}\p{M}\p{N}']+/u)
    .filter((part) => part.replaceAll("'", "") !== "");
}

/** The words that a phrase is written in. */
const writtenWords = (text: string): string[] => text.split(/\s+/u).filter((word) => word !== "");

/** The words in which a phrase is to be written. */
export const writtenForm = ({ phrase, displayAs = "" }: VocabularyPhrase): string[] =>
  writtenWords(displayAs.trim() === "" ? phrase : displayAs);

interface Entry {
  readonly parts: readonly string[];
  readonly written: readonly string[];
}

/** The ways in which phrases are heard, by their first part; the longest first. */
function entriesOf(vocabulary: readonly VocabularyPhrase[]): Map<string, Entry[]> {
  const byFirst = new Map<string, Entry[]>();
  for (const phrase of vocabulary)
    for (const heard of [phrase.phrase, phrase.soundsLike ?? ""]) {
      const parts = partsOf(heard);
      const [first] = parts;
      const written = writtenForm(phrase);
      if (first === undefined || written.length === 0) continue;
      byFirst.set(first, [...(byFirst.get(first) ?? []), { parts, written }]);
    }
  for (const [first, entries] of byFirst)
    byFirst.set(
      first,
      entries.toSorted((a, b) => b.parts.length - a.parts.length),
    );
  return byFirst;
}

/** Whether two words can belong to one phrase: said by the same, one after the other, with nothing between. */
export function continuesPhrase(left: Word, right: Word): boolean {
  return (
    left.speaker === right.speaker &&
    (left.punctuation ?? "") === "" &&
    right.startMs - left.endMs < longestPauseMs
  );
}

/** How many words from `at` on make up a phrase; 0 when they do not. */
function matchLength(words: readonly Word[], at: number, { parts }: Entry): number {
  let found = 0;
  for (let index = at; index < words.length; index += 1) {
    const [word, before] = [words[index], words[index - 1]];
    if (word === undefined) return 0;
    if (index > at && before !== undefined && !continuesPhrase(before, word)) return 0;
    for (const part of partsOf(word.text)) {
      if (part !== parts[found]) return 0;
      found += 1;
    }
    if (found === parts.length) return index - at + 1;
  }
  return 0;
}

/** Mean of the confidences; absent when one of them is. */
function confidenceOf(words: readonly Word[]): { confidence?: number } {
  const known = words.flatMap((word) => word.confidence ?? []);
  if (known.length < words.length) return {};
  return { confidence: known.reduce((sum, value) => sum + value, 0) / known.length };
}

/** Heard words as they are to be written: word for word where there are as many, else over their whole time. */
export function rewritten(heard: readonly Word[], written: readonly string[]): Word[] {
  const [first, last] = [heard[0], heard.at(-1)];
  if (first === undefined || last === undefined) return [];
  const letters = written.reduce((sum, text) => sum + text.length, 0);
  const place = (share: number): number =>
    first.startMs + Math.round(((last.endMs - first.startMs) * share) / letters);
  const isOneToOne = heard.length === written.length;
  let done = 0;
  return written.map((text, index) => {
    const own = isOneToOne ? heard[index] : undefined;
    const times = own ?? { startMs: place(done), endMs: place(done + text.length) };
    done += text.length;
    const { punctuation } = index === written.length - 1 ? last : {};
    return {
      text,
      startMs: times.startMs,
      endMs: times.endMs,
      ...confidenceOf(own === undefined ? heard : [own]),
      ...(punctuation === undefined ? {} : { punctuation }),
      ...(first.speaker === undefined ? {} : { speaker: first.speaker }),
    };
  });
}

/**
 * Writes what was heard of a vocabulary as the vocabulary spells it: phrases, or what they sound like, are found
 * as runs of whole words (letter case and hyphens do not count; the longest phrase first; never
 * across punctuation, a long pause or two speakers) and take the place of those words, with their
 * times. All other words stay as they are.
 */
export function applyVocabulary(
  words: readonly Word[],
  vocabulary: readonly VocabularyPhrase[],
): Word[] {
  const entries = entriesOf(vocabulary);
  if (entries.size === 0) return [...words];
  const result: Word[] = [];
  for (let at = 0; at < words.length;) {
    const word = words[at];
    if (word === undefined) break;
    const [first = ""] = partsOf(word.text);
    const found = (entries.get(first) ?? [])
      .map((entry) => ({ entry, length: matchLength(words, at, entry) }))
      .find(({ length }) => length > 0);
    result.push(
      ...(found === undefined
        ? [word]
        : rewritten(words.slice(at, at + found.length), found.entry.written)),
    );
    at += found?.length ?? 1;
  }
  return result;
}
