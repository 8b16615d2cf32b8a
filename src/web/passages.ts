import type { Word } from "../api/types.ts";

/** Words that are read together: of one speaker, without a long pause. */
export interface Passage {
  /** The place of its first word among all words. */
  readonly from: number;
  readonly to: number;
  readonly speaker?: string;
  readonly startMs: number;
  readonly endMs: number;
  /** The words as one text, which is one text node of the page. */
  readonly text: string;
  /** Where each word begins in the text. */
  readonly starts: readonly number[];
}

const pauseMs = 1_500;
/** From so many words on, a passage ends with a sentence. */
const fullWords = 40;
const mostWords = 120;

/** Scripts whose words stand without spaces. */
const unspaced =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

function endsHere(words: readonly Word[], from: number, at: number): boolean {
  const [last, next] = [words[at - 1], words[at]];
  if (last === undefined || next === undefined) return true;
  if (last.speaker !== next.speaker || next.startMs - last.endMs >= pauseMs) return true;
  const isSentence = /[.?!。？！]$/.test(last.punctuation ?? "");
  return at - from >= mostWords || (at - from >= fullWords && isSentence);
}

function passage(words: readonly Word[], from: number, to: number): Passage {
  let text = "";
  const starts: number[] = [];
  let endMs = 0;
  for (const { text: word, punctuation = "", endMs: end } of words.slice(from, to)) {
    const isJoined = unspaced.test(text.slice(-1)) && unspaced.test(word.slice(0, 1));
    if (text !== "" && !isJoined) text += " ";
    starts.push(text.length);
    text += word + punctuation;
    endMs = Math.max(endMs, end);
  }
  const first = words[from];
  const speaker = first?.speaker;
  return {
    from,
    to,
    startMs: first?.startMs ?? 0,
    endMs,
    text,
    starts,
    ...(speaker !== undefined && { speaker }),
  };
}

/** All words in passages, in their order. */
export function passagesOf(words: readonly Word[]): Passage[] {
  const found: Passage[] = [];
  let from = 0;
  for (let at = 1; at <= words.length; at += 1) {
    if (!endsHere(words, from, at)) continue;
    found.push(passage(words, from, at));
    from = at;
  }
  return found;
}

/** The last index whose value is at most this one; -1 when there is none. */
export function lastAtMost(values: ArrayLike<number>, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The word that is said at a time: from its start until the next one's. -1 before the first. */
export function wordAt(words: readonly Word[], ms: number): number {
  let [low, high] = [0, words.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((words[middle]?.startMs ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Words below this confidence are shown as unsure. */
const sureFrom = 0.5;

export const isUnsure = ({ confidence }: Word): boolean =>
  confidence !== undefined && confidence < sureFrom;
