import { isUnspaced } from "../../media/spacing.ts";
import type { Word } from "../../media/transcript.ts";
import type { RecognizedPiece } from "./protocol.ts";
import { withoutSoundNotes } from "./sound-notes.ts";

/** A character of what was heard, with the time in which it is spoken, ms from the piece's start. */
interface Spoken {
  readonly character: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Which token it is of. */
  readonly token: number;
}

/** Written after a word, without a space before it. */
const punctuation = /[.,?!;:…。、，？！；：।۔؟،؛]+$/u;

/** `U.S.`, `e.g.`: the last stop is the abbreviation's own. */
const abbreviation = /^\p{L}\.(?:\p{L}\.)+$/u;

/** `<unk>`, `<blk>`, `<|en|>`: what a model says about sound that is no word. */
const noText = /^<[^<>]*>$/;

/** A token without a duration lasts until the next, and not longer than a syllable. */
const longestTokenMs = 300;

const isNumbers = (values: readonly number[], count: number): boolean =>
  values.length === count && values.every(Number.isFinite);

/** The characters of tokens, with times where the model gives them. */
function timedCharacters(piece: RecognizedPiece): Spoken[] {
  const { tokens, timestamps, durations, lengthMs } = piece;
  const hasDurations = isNumbers(durations, tokens.length);
  let before = 0;
  const starts = timestamps.map((second) => {
    before = Math.min(lengthMs, Math.max(before, second * 1000));
    return before;
  });
  return tokens.flatMap((text, token) => {
    if (noText.test(text)) return [];
    const startMs = starts[token] ?? 0;
    const next = starts[token + 1] ?? lengthMs;
    const lastsMs = hasDurations
      ? Math.max(0, (durations[token] ?? 0) * 1000)
      : Math.min(longestTokenMs, next - startMs);
    // Spaces take no time.
    const characters = Array.from(text.replaceAll("▁", " "));
    const spoken = characters.filter((character) => character.trim() !== "").length;
    const share = lastsMs / Math.max(1, spoken);
    let place = 0;
    return characters.map((character): Spoken => {
      const from = startMs + place * share;
      if (character.trim() !== "") place += 1;
      return { character, startMs: from, endMs: startMs + place * share, token };
    });
  });
}

/** The characters of a text of which nothing is known but how long it all takes. */
function spreadCharacters({ text, lengthMs }: RecognizedPiece): Spoken[] {
  const characters = Array.from(text);
  const share = lengthMs / Math.max(1, characters.length);
  return characters.map((character, index) => ({
    character,
    startMs: index * share,
    endMs: (index + 1) * share,
    token: -1,
  }));
}

/** Whether the model told when its tokens are spoken. */
export function hasTimes({ text, tokens, timestamps }: RecognizedPiece): boolean {
  return isNumbers(timestamps, tokens.length) && (tokens.length > 0 || text.trim() === "");
}

const textOf = (spoken: readonly Spoken[]): string =>
  spoken.map(({ character }) => character).join("");

/** Characters in groups that have no space inside. */
function atSpaces(spoken: readonly Spoken[]): Spoken[][] {
  const groups: Spoken[][] = [[]];
  for (const one of spoken)
    if (one.character.trim() === "") groups.push([]);
    else groups.at(-1)?.push(one);
  return groups.filter((group) => group.length > 0);
}

/** Scripts without spaces in words, by the rules of Unicode and of the language. */
function atWords(group: Spoken[], language: string): Spoken[][] {
  if (!group.some(({ character }) => isUnspaced(character))) return [group];
  const words: Spoken[][] = [];
  const segments = new Intl.Segmenter(language, { granularity: "word" }).segment(textOf(group));
  let place = 0;
  for (const { segment } of segments) {
    const { length } = Array.from(segment);
    words.push(group.slice(place, place + length));
    place += length;
  }
  return words;
}

/** A word before its times are settled, or punctuation that belongs to the one before. */
interface Draft {
  readonly text: string;
  readonly punctuation: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly confidence: number | undefined;
}

/** e to the mean of the tokens' logarithmic probabilities; unknown when the model gives none. */
function confidenceOf(spoken: readonly Spoken[], piece: RecognizedPiece): number | undefined {
  if (!isNumbers(piece.logProbs, piece.tokens.length)) return undefined;
  const tokens = [...new Set(spoken.map(({ token }) => token))].filter((token) => token >= 0);
  if (tokens.length === 0) return undefined;
  const sum = tokens.reduce((total, token) => total + (piece.logProbs[token] ?? 0), 0);
  // Hotwords add to what they favour, so that sums above 0 happen.
  return Math.min(1, Math.exp(sum / tokens.length));
}

function draftOf(group: readonly Spoken[], piece: RecognizedPiece): Draft {
  const whole = textOf(group);
  const marks = abbreviation.test(whole) ? "" : (punctuation.exec(whole)?.[0] ?? "");
  const spoken = group.slice(0, group.length - Array.from(marks).length);
  return {
    text: textOf(spoken),
    punctuation: marks,
    startMs: spoken[0]?.startMs ?? 0,
    endMs: spoken.at(-1)?.endMs ?? 0,
    confidence: confidenceOf(spoken, piece),
  };
}

/** Hands punctuation that stands alone to the word before it; before the first word it is nothing. */
function attached(drafts: readonly Draft[]): Draft[] {
  const words: Draft[] = [];
  for (const draft of drafts) {
    const last = words.at(-1);
    if (draft.text !== "") words.push(draft);
    else if (last !== undefined)
      words[words.length - 1] = { ...last, punctuation: last.punctuation + draft.punctuation };
  }
  return words;
}

/**
 * Times that do not overlap: each word lasts a frame at least and ends where the next begins.
 * Words that begin at once share the time that there is.
 */
function settled(drafts: readonly Draft[], lengthMs: number, frameMs: number): Draft[] {
  const result: Draft[] = [];
  for (let index = 0; index < drafts.length;) {
    const startMs = drafts[index]?.startMs ?? 0;
    let end = index;
    while (end < drafts.length && (drafts[end]?.startMs ?? 0) <= startMs) end += 1;
    const together = drafts.slice(index, end);
    const next = drafts[end]?.startMs ?? Math.max(lengthMs, startMs);
    const spokenUntil = Math.max(...together.map(({ endMs }) => endMs));
    const untilMs = Math.min(next, Math.max(spokenUntil, startMs + together.length * frameMs));
    const share = (untilMs - startMs) / together.length;
    result.push(
      ...together.map((draft, place) => ({
        ...draft,
        startMs: startMs + place * share,
        endMs: startMs + (place + 1) * share,
      })),
    );
    index = end;
  }
  return result;
}

/**
 * The words of a piece, at their times in the recording. A space or `▁` begins a word; a word starts
 * with its first token and ends with its last (timestamp + duration), lasts one frame at least and
 * ends where the next begins; its confidence is e to the mean of its tokens' log-probabilities.
 * Punctuation goes to the word before it. Where the model gives no times they are estimated from the
 * letters (`hasTimes` tells).
 * @param language BCP 47; decides how scripts without spaces are parted
 * @param frameMs how long one step of the model is: 80 for Parakeet
 */
export function wordsOf(piece: RecognizedPiece, language: string, frameMs: number): Word[] {
  const spoken = withoutSoundNotes(
    hasTimes(piece) ? timedCharacters(piece) : spreadCharacters(piece),
  );
  const groups = atSpaces(spoken).flatMap((group) => atWords(group, language));
  const drafts = attached(groups.map((group) => draftOf(group, piece)));
  return settled(drafts, piece.lengthMs, frameMs).map((draft) => ({
    text: draft.text,
    startMs: Math.round(piece.startMs + draft.startMs),
    endMs: Math.round(piece.startMs + draft.endMs),
    ...(draft.confidence === undefined ? {} : { confidence: draft.confidence }),
    ...(draft.punctuation === "" ? {} : { punctuation: draft.punctuation }),
  }));
}
