import { isUnspaced, spaceBetween } from "../media/spacing.ts";
import type { Word } from "../media/transcript.ts";

/** A piece of text that is never broken: a word with its punctuation, or a part of a long one. */
export interface Token {
  readonly text: string;
  /** Characters as readers count them (grapheme clusters). */
  readonly length: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker?: string;
  /** What stands before it when it does not begin a line. */
  readonly before: "" | " ";
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const segments = new Intl.Segmenter(undefined, { granularity: "word" });

const clustersOf = (text: string): string[] =>
  Array.from(graphemes.segment(text), ({ segment }) => segment);

/** How many characters a reader counts. */
export function lengthOf(text: string): number {
  // Plain Latin text, nearly all there is, has one character per unit.
  return /^[\x20-\x7e]*$/.test(text) ? text.length : clustersOf(text).length;
}

/** Text in parts of at most `longest` characters. */
function parts(text: string, longest: number): string[] {
  if (lengthOf(text) <= longest) return [text];
  const clusters = clustersOf(text);
  const count = Math.ceil(clusters.length / longest);
  return Array.from({ length: count }, (_, index) =>
    clusters.slice(index * longest, (index + 1) * longest).join(""),
  );
}

/** Words of a text without spaces, as its readers see them; punctuation stays with what it follows. */
function wordsWithin(text: string): string[] {
  const found: string[] = [];
  for (const { segment, isWordLike } of segments.segment(text)) {
    const last = found.at(-1);
    if (last !== undefined && isWordLike !== true) found[found.length - 1] = last + segment;
    else found.push(segment);
  }
  return found;
}

interface Piece {
  readonly text: string;
  readonly before: "" | " ";
}

/** The unbreakable pieces of one word. Line ends and control characters in it count as spaces. */
function piecesOf(word: Word, longest: number): Piece[] {
  const plain = (word.text + (word.punctuation ?? "")).replace(/[\s\p{Cc}]+/gu, " ").trim();
  if (plain === "") return [];
  return plain.split(" ").flatMap((chunk) => {
    const inner = [...chunk].some(isUnspaced) ? wordsWithin(chunk) : [chunk];
    return inner
      .flatMap((text) => parts(text, longest))
      .map((text, index): Piece => ({ text, before: index === 0 ? " " : "" }));
  });
}

/**
 * Words as pieces that fit on a line, in the order of time: a piece of a word takes its share of
 * the word's time, and none starts before the one that precedes it.
 */
export function tokensOf(words: readonly Word[], longest: number): Token[] {
  const tokens: Token[] = [];
  let free = 0;
  for (const word of words) {
    const pieces = piecesOf(word, longest);
    const total = pieces.reduce((sum, { text }) => sum + lengthOf(text), 0);
    const startMs = Math.max(free, Math.round(word.startMs));
    const endMs = Math.max(startMs, Math.round(word.endMs));
    let done = 0;
    for (const [index, { text, before }] of pieces.entries()) {
      const at = (share: number): number =>
        startMs + Math.round(((endMs - startMs) * share) / total);
      const length = lengthOf(text);
      const previous = tokens.at(-1);
      tokens.push({
        text,
        length,
        startMs: at(done),
        endMs: at(done + length),
        ...(word.speaker === undefined ? {} : { speaker: word.speaker }),
        before: index === 0 && previous !== undefined ? spaceBetween(previous.text, text) : before,
      });
      done += length;
      free = tokens.at(-1)?.startMs ?? free;
    }
  }
  return tokens;
}
