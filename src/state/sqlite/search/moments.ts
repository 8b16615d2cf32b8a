import { wordsOfStored } from "../../../media/stored-words.ts";
import { apart } from "../../../search/indexed-text.ts";
import { cut } from "../../../search/cut.ts";
import { plainForm } from "../../../search/fold.ts";
import type { SearchHit } from "../../../search/search.ts";

/** What `highlight` puts around what it found; neither is part of a token. */
export const open = "\u0002";
export const close = "\u0003";

const [space, lineFeed] = [0x20, 0x0a];

const maxMoments = 5;
/** Words shown on either side of a found one. */
const context = 6;
/** Of a script without spaces, a word may be a single character: so many characters are shown at least. */
const contextLength = 24;

/** Words that were found, and which tokens of the first and the last of them. */
interface Found {
  readonly first: number;
  readonly last: number;
  readonly firstToken: number;
  readonly lastToken: number;
}

const count = (text: string, sign: string): number => text.split(sign).length - 1;

/** The marked places of a searchable text, in order. */
function markedPlaces(marked: string): Found[] {
  const found: Found[] = [];
  let [at, word, token] = [0, 0, 0];
  const goTo = (place: number): void => {
    for (; at < place; at += 1) {
      const sign = marked.charCodeAt(at);
      if (sign === space) [word, token] = [word + 1, 0];
      else if (sign === lineFeed) token += 1;
    }
  };
  for (let begin = marked.indexOf(open); begin !== -1; begin = marked.indexOf(open, at)) {
    goTo(begin);
    const [first, firstToken] = [word, token];
    const end = marked.indexOf(close, begin);
    if (end === -1) break;
    goTo(end);
    found.push({ first, firstToken, last: word, lastToken: token });
  }
  return found;
}

/** The words with a compound of which a part is marked. */
function markedCompounds(marked: string, searchable: string): Found[] {
  const numbers = marked.split(apart).flatMap((one, index) => (one.includes(open) ? [index] : []));
  if (numbers.length === 0) return [];
  // the word of each compound: `-` stands behind it
  const words = searchable.split(" ").flatMap((word, index) => Array(count(word, "-")).fill(index));
  return numbers.flatMap((number) => {
    const word: unknown = words[number];
    return typeof word === "number"
      ? [{ first: word, last: word, firstToken: 0, lastToken: Infinity }]
      : [];
  });
}

/** A word with brackets where a place begins or ends in it. */
function bracketed(word: string, index: number, places: readonly Found[]): string {
  const tokens = cut(word);
  // places are those of the plain form; where it is another text, the whole word is marked
  const isPlain = plainForm(word) === word;
  const brackets = places.flatMap(({ first, last, firstToken, lastToken }) => {
    const begin = (isPlain && tokens[firstToken]?.from) || 0;
    const end = (isPlain && tokens[Math.min(lastToken, tokens.length - 1)]?.to) || word.length;
    return [
      ...(first === index ? [{ at: begin, sign: "[" }] : []),
      ...(last === index ? [{ at: end, sign: "]" }] : []),
    ];
  });
  let [text, done] = ["", 0];
  for (const { at, sign } of brackets) {
    text += word.slice(done, at) + sign;
    done = at;
  }
  return text + word.slice(done);
}

interface Marked {
  readonly transcript: string;
  readonly compounds: string;
}

/** Everything that was found, in order; a compound that was found as a whole counts once. */
function allPlaces({ transcript, compounds }: Marked): Found[] {
  const places = markedPlaces(transcript);
  if (!compounds.includes(open)) return places;
  const isMarked = new Set(places.flatMap(({ first, last }) => [first, last]));
  const others = markedCompounds(compounds, transcript).filter(({ first }) => !isMarked.has(first));
  return [...places, ...others].toSorted(
    (a, b) => a.first - b.first || a.firstToken - b.firstToken,
  );
}

type Words = ReturnType<typeof wordsOfStored>;

/** How far the text around a place goes: some words, and more of them where they are short. */
function reach({ words }: Words, from: number, step: 1 | -1): number {
  let [at, length] = [from, 0];
  for (let taken = 0; taken < context || length < contextLength; taken += 1) {
    const next = at + step;
    if (next < 0 || next >= words.length || taken >= contextLength) break;
    at = next;
    length += words[at]?.length ?? 0;
  }
  return at;
}

interface Shown {
  readonly text: Words;
  readonly places: readonly Found[];
}

function snippetOf({ text, places }: Shown, from: number, to: number): string {
  let snippet = "";
  for (let index = from; index <= to; index += 1) {
    const word = text.words[index] ?? "";
    const inside = places.filter(({ first, last }) => first === index || last === index);
    const shown = inside.length === 0 ? word : bracketed(word, index, inside);
    snippet += (index === from ? "" : (text.before[index] ?? "")) + shown;
  }
  return snippet;
}

/**
 * When what was found is said, and what is around it: from the marked texts of the index, the stored words,
 * and their times (32-bit little-endian milliseconds, start and end of each word).
 */
export function momentsOf(
  marked: Marked,
  stored: string,
  timings: Uint8Array,
): SearchHit["moments"] {
  const text = wordsOfStored(stored);
  const places = allPlaces(marked);
  const view = new DataView(timings.buffer, timings.byteOffset, timings.byteLength);
  const timeAt = (place: number): number | undefined =>
    place * 4 + 4 <= view.byteLength ? view.getUint32(place * 4, true) : undefined;
  const moments: SearchHit["moments"][number][] = [];
  let shownUntil = -1;
  for (const { first, last } of places) {
    const [startMs, endMs] = [timeAt(first * 2), timeAt(last * 2 + 1)];
    if (startMs === undefined || endMs === undefined || moments.length === maxMoments) break;
    if (first <= shownUntil) continue;
    shownUntil = reach(text, last, 1);
    const snippet = snippetOf({ text, places }, reach(text, first, -1), shownUntil);
    moments.push({ startMs, endMs: Math.max(startMs, endMs), snippet });
  }
  return moments;
}
