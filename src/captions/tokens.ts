import type { CaptionRules } from "./rules.ts";
import { isUnspaced, spaceBetween, spaced } from "../media/spacing.ts";
import type { Word } from "../media/transcript.ts";

/** A piece of text that is never broken: a word with its punctuation, or a part of a long one. */
export interface Token {
  readonly text: string;
  /** Characters as the rules count them (grapheme clusters; narrow ones may count half). */
  readonly length: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker?: string;
  /** The separator before it, unless it begins a line. */
  readonly before: "" | " ";
  /** How many characters the separator counts. */
  readonly space: number;
  /** True when no line may begin with it, because it continues the word before it. */
  readonly isInside?: true;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const segments = new Intl.Segmenter(undefined, { granularity: "word" });

const clustersOf = (text: string): string[] =>
  Array.from(graphemes.segment(text), ({ segment }) => segment);

/** Characters that fill a square: of China, Japan and Korea, and full-width Latin (UAX 11, wide and full). */
const wide =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]/u;

/** How many characters a reader counts; half-width ones count `narrow`. */
export function lengthOf(text: string, narrow: 0.5 | 1 = 1): number {
  // Plain Latin text, nearly all there is, has one character per unit.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length * narrow;
  const clusters = clustersOf(text);
  if (narrow === 1) return clusters.length;
  return clusters.reduce((sum, cluster) => sum + (wide.test(cluster) ? 1 : narrow), 0);
}

/** Text in parts of at most `lineLength`. */
function parts(text: string, { lineLength, narrow }: Measure): string[] {
  if (lengthOf(text, narrow) <= lineLength) return [text];
  const found: string[] = [];
  let [part, length] = ["", 0];
  for (const cluster of clustersOf(text)) {
    const own = lengthOf(cluster, narrow);
    if (length + own > lineLength) {
      found.push(part);
      [part, length] = ["", 0];
    }
    part += cluster;
    length += own;
  }
  return [...found, part];
}

const opens = /^[\p{Ps}\p{Pi}]+$/u;

/** The words of a text without spaces. Punctuation stays with the word before it, an opening bracket with the word after it. */
export function wordsWithin(text: string): string[] {
  const found: string[] = [];
  let isOpen = false;
  for (const { segment, isWordLike } of segments.segment(text)) {
    const last = found.at(-1);
    const isOpening = opens.test(segment);
    const joins = isOpen || (isWordLike !== true && !isOpening);
    if (last !== undefined && joins) found[found.length - 1] = last + segment;
    else found.push(segment);
    isOpen = isOpening;
  }
  return found;
}

type Measure = Pick<CaptionRules, "lineLength" | "narrow">;

interface Piece {
  readonly text: string;
  readonly before: "" | " ";
  readonly isInside?: true;
}

/** The unbreakable pieces of one word. Line ends and control characters count as spaces, no-break spaces do not. */
function piecesOf(word: Word, measure: Measure): Piece[] {
  const plain = spaced(word.text + (word.punctuation ?? ""));
  if (plain === "") return [];
  return plain.split(" ").flatMap((chunk) => {
    const inner = [...chunk].some(isUnspaced) ? wordsWithin(chunk) : [chunk];
    return inner.flatMap((whole, at) =>
      parts(whole, measure).map((text, index): Piece => {
        const before = at + index === 0 ? " " : "";
        return index === 0 ? { text, before } : { text, before, isInside: true };
      }),
    );
  });
}

/** Joins single characters into words: an engine may return each character of a script without spaces as a word. */
function unspacedRuns(tokens: readonly Token[]): Token[] {
  const marked: Token[] = [];
  for (let from = 0; from < tokens.length;) {
    let to = from + 1;
    while (to < tokens.length && tokens[to]?.before === "") to += 1;
    const run = tokens.slice(from, to);
    const starts = new Set<number>();
    let at = 0;
    if (run.length > 1)
      for (const word of wordsWithin(run.map(({ text }) => text).join(""))) {
        starts.add(at);
        at += word.length;
      }
    at = 0;
    for (const token of run) {
      const isInside = run.length > 1 && at > 0 && !starts.has(at);
      marked.push(isInside ? { ...token, isInside } : token);
      at += token.text.length;
    }
    from = to;
  }
  return marked;
}

/** A word may begin so much before the one in front of it: engines round. It then begins with that one. */
const slackMs = 100;

/**
 * The words as pieces that fit on a line, in the order of the words. A piece gets its share of the word's time.
 */
export function tokensOf(words: readonly Word[], measure: Measure): Token[] {
  const { narrow } = measure;
  const tokens: Token[] = [];
  let free = 0;
  for (const word of words) {
    const pieces = piecesOf(word, measure);
    const total = pieces.reduce((sum, { text }) => sum + lengthOf(text, narrow), 0);
    const given = Math.max(0, Math.round(word.startMs));
    const startMs = given < free && free - given <= slackMs ? free : given;
    const endMs = Math.max(startMs, Math.round(word.endMs));
    let done = 0;
    for (const [index, { text, before: own, isInside }] of pieces.entries()) {
      const at = (share: number): number =>
        startMs + Math.round(((endMs - startMs) * share) / total);
      const length = lengthOf(text, narrow);
      const previous = tokens.at(-1);
      const before =
        index === 0 && previous !== undefined ? spaceBetween(previous.text, text) : own;
      tokens.push({
        text,
        length,
        startMs: at(done),
        endMs: at(done + length),
        ...(word.speaker === undefined ? {} : { speaker: word.speaker }),
        before,
        space: before.length * narrow,
        ...(isInside && { isInside }),
      });
      done += length;
      free = tokens.at(-1)?.startMs ?? free;
    }
  }
  return unspacedRuns(tokens);
}
