import { isLanguageCode } from "../../media/speech.ts";
import type { ReadPassage, ReadTranscript, ReadWord } from "./passage.ts";
import { checkedMs, checkedSpan, millisecondsOf, refuse } from "./refuse.ts";
import { wordsOf } from "./words.ts";

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function fields(value: unknown, place: string): Fields {
  return isFields(value) ? value : refuse(place, "it is not an object");
}

function list(value: unknown, place: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(place, "it is not a list");
}

/** The first of some names that an object has, and its place. */
function first(of: Fields, names: readonly string[], place: string): [unknown, string] {
  const name = names.find((one) => of[one] !== undefined && of[one] !== null);
  return [name === undefined ? undefined : of[name], `${place}.${name ?? names[0]}`];
}

function textOf(of: Fields, names: readonly string[], place: string): string {
  const [value, where] = first(of, names, place);
  return typeof value === "string" ? value : refuse(where, "it is not a text");
}

/** Start and end in seconds; absent when the word has none, as WhisperX leaves them out for numbers. */
function spanOf(of: Fields, place: string): { startMs: number; endMs: number } | undefined {
  const { start, end } = of;
  if (start === undefined || start === null || end === undefined || end === null) return undefined;
  const startMs = millisecondsOf(start, `${place}.start`);
  const endMs = millisecondsOf(end, `${place}.end`);
  checkedSpan(startMs, endMs, place);
  return { startMs, endMs };
}

/** Whisper's words carry their space and punctuation: ` world,`. */
function readWords(value: unknown, place: string): ReadWord[] {
  return list(value, place).flatMap((entry, index) => {
    const at = `${place}[${index}]`;
    const word = fields(entry, at);
    const span = spanOf(word, at);
    const [score] = first(word, ["probability", "score"], at);
    const confidence = typeof score === "number" ? Math.min(1, Math.max(0, score)) : undefined;
    const pieces = wordsOf(textOf(word, ["word", "text"], at));
    const stepMs = span === undefined ? 0 : (span.endMs - span.startMs) / pieces.length;
    return pieces.map((piece, part) => ({
      ...piece,
      ...(span && {
        startMs: Math.round(span.startMs + part * stepMs),
        endMs: Math.round(span.startMs + (part + 1) * stepMs),
      }),
      ...(confidence !== undefined && { confidence }),
    }));
  });
}

function segmentOf(entry: unknown, place: string): ReadPassage {
  const segment = fields(entry, place);
  const span = spanOf(segment, place) ?? refuse(place, "it has no start and end");
  const { words, speaker } = segment;
  const hasWords = Array.isArray(words) && words.length > 0;
  return {
    ...span,
    words: hasWords
      ? readWords(words, `${place}.words`)
      : wordsOf(textOf(segment, ["text"], place)),
    ...(typeof speaker === "string" && speaker !== "" && { speaker }),
  };
}

/** whisper.cpp: offsets in milliseconds. */
function cppSegment(entry: unknown, place: string): ReadPassage {
  const segment = fields(entry, place);
  const offsets = fields(segment["offsets"], `${place}.offsets`);
  const [startMs, endMs] = (["from", "to"] as const).map((name) => {
    const ms = offsets[name];
    const where = `${place}.offsets.${name}`;
    return typeof ms === "number" && Number.isFinite(ms)
      ? checkedMs(Math.round(ms), where)
      : refuse(where, "it is not a time in milliseconds");
  });
  checkedSpan(startMs ?? 0, endMs ?? 0, place);
  return {
    startMs: startMs ?? 0,
    endMs: endMs ?? 0,
    words: wordsOf(textOf(segment, ["text"], place)),
  };
}

/** Hugging Face's pipeline: chunks with a pair of seconds; the last one may have no end. */
function chunkOf(entry: unknown, place: string): ReadPassage {
  const chunk = fields(entry, place);
  const pair = list(chunk["timestamp"], `${place}.timestamp`);
  const startMs = millisecondsOf(pair[0], `${place}.timestamp[0]`);
  const words = wordsOf(textOf(chunk, ["text"], place));
  const endMs =
    pair[1] === null || pair[1] === undefined
      ? startMs + words.length * 400
      : millisecondsOf(pair[1], `${place}.timestamp[1]`);
  checkedSpan(startMs, endMs, place);
  const [only, ...more] = words;
  if (only !== undefined && more.length === 0 && pair[1] !== null)
    return { startMs, endMs, words: [{ ...only, startMs, endMs }] };
  return { startMs, endMs, words };
}

/** English names of languages, as OpenAI's interface gives them. */
const languageNames: Readonly<Record<string, string>> = {
  english: "en",
  german: "de",
  french: "fr",
  spanish: "es",
  italian: "it",
  portuguese: "pt",
  dutch: "nl",
  polish: "pl",
  russian: "ru",
  ukrainian: "uk",
  turkish: "tr",
  arabic: "ar",
  hebrew: "he",
  persian: "fa",
  hindi: "hi",
  bengali: "bn",
  tamil: "ta",
  thai: "th",
  vietnamese: "vi",
  chinese: "zh",
  japanese: "ja",
  korean: "ko",
};

/** Whether JSON has one of the shapes that programs around Whisper write. */
export function isWhisper(json: unknown): boolean {
  if (!isFields(json)) return false;
  return ["segments", "transcription", "chunks"].some((name) => json[name] !== undefined);
}

/**
 * Reads the JSON of Whisper and of programs around it: OpenAI's, faster-whisper, WhisperX, whisper.cpp,
 * Hugging Face. @throws MediaError `invalid_argument` that names the field
 */
export function readWhisper(json: unknown): ReadTranscript {
  const file = fields(json, "the file");
  const [kind, read] = Array.isArray(file["transcription"])
    ? (["transcription", cppSegment] as const)
    : file["segments"] === undefined
      ? (["chunks", chunkOf] as const)
      : (["segments", segmentOf] as const);
  const passages = list(file[kind], kind).map((entry, index) => read(entry, `${kind}[${index}]`));
  const stated =
    file["language"] ?? (isFields(file["result"]) ? file["result"]["language"] : undefined);
  const code = typeof stated === "string" ? (languageNames[stated.toLowerCase()] ?? stated) : "";
  return {
    format: "whisper",
    ...(isLanguageCode(code) && { languageCode: code }),
    passages: passages.filter(({ words }) => words.length > 0),
  };
}
