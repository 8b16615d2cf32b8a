import { isLanguageCode } from "../../media/speech.ts";
import { unescaped } from "./entities.ts";
import { isTimeLine, linesOf, timesOf, type Times } from "./lines.ts";
import type { ReadPassage, ReadTranscript, ReadWord } from "./passage.ts";
import { refuse } from "./refuse.ts";
import { speakerLabel } from "./speaker.ts";
import { wordsOf } from "./words.ts";

/** A piece of cue text: what is said, by whom, and from when on where a time stands in it. */
interface Piece {
  readonly text: string;
  readonly speaker: string | undefined;
  readonly fromMs: number | undefined;
}

const stamp = /^(?:(\d{2,4}):)?(\d{2}):(\d{2})\.(\d{3})$/;

function msOfStamp(tag: string): number | undefined {
  const [, hours = 0, minutes, seconds, fraction] = stamp.exec(tag) ?? [];
  if (minutes === undefined) return undefined;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(fraction);
}

/** Cue text in pieces. Tags other than voices and times say how it looks, and are left out. */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let speaker: string | undefined;
  let fromMs: number | undefined;
  for (const part of text.split(/(<[^>]*>)/)) {
    if (!part.startsWith("<")) {
      if (part.trim() !== "") pieces.push({ text: unescaped(part), speaker, fromMs });
      continue;
    }
    const tag = part.slice(1, -1);
    const [, name] = /^v(?:\.[^\s]*)?\s+(.*)$/s.exec(tag) ?? [];
    if (name !== undefined) speaker = speakerLabel(unescaped(name.trim()));
    else if (tag === "/v") speaker = undefined;
    else fromMs = msOfStamp(tag) ?? fromMs;
  }
  return pieces;
}

/** The words of pieces of one speaker. Pieces with times give them to their words, shared where they are several. */
function timedWords(pieces: readonly Piece[], { startMs, endMs }: Times): ReadWord[] {
  return pieces.flatMap(({ text, fromMs }, index) => {
    const words = wordsOf(text);
    const next = pieces[index + 1]?.fromMs;
    const isTimed = pieces.some((piece) => piece.fromMs !== undefined);
    const [from, to] = [fromMs ?? startMs, next ?? endMs];
    if (!isTimed || words.length !== 1 || from > to) return words;
    return words.map((word) => ({ ...word, startMs: from, endMs: to }));
  });
}

function passagesOf(times: Times, lines: readonly string[]): ReadPassage[] {
  const passages: { speaker: string | undefined; pieces: Piece[] }[] = [];
  const text = lines.join("\n");
  for (const piece of piecesOf(text)) {
    const last = passages.at(-1);
    if (last !== undefined && last.speaker === piece.speaker) last.pieces.push(piece);
    else passages.push({ speaker: piece.speaker, pieces: [piece] });
  }
  const stepMs = (times.endMs - times.startMs) / Math.max(1, passages.length);
  return passages.map(({ speaker, pieces }, index) => {
    const own = {
      startMs: Math.round(times.startMs + index * stepMs),
      endMs: Math.round(times.startMs + (index + 1) * stepMs),
    };
    // a dash before each of two speakers is none of their words
    const spoken =
      passages.length > 1
        ? pieces.map((piece) => ({ ...piece, text: piece.text.replace(/^\s*-\s+/, "") }))
        : pieces;
    const words = timedWords(spoken, passages.length > 1 ? own : times);
    return { ...own, words, ...(speaker !== undefined && { speaker }) };
  });
}

/** Whether a block is no cue: a comment, a style sheet or a region. */
const isAside = (line: string): boolean => /^(?:NOTE|STYLE|REGION)(?:\s|$)/.test(line);

/** Reads WebVTT, with voices and the times of words. @throws MediaError `invalid_argument` that names the line */
export function readVtt(text: string): ReadTranscript {
  const lines = linesOf(text);
  if (!/^WEBVTT(?:[ \t].*)?$/.test(lines[0] ?? "")) refuse("line 1", "it is not WEBVTT");
  const passages: ReadPassage[] = [];
  let languageCode: string | undefined;
  let hasCues = false;
  for (let at = 1; at < lines.length;) {
    if ((lines[at] ?? "").trim() === "") {
      at += 1;
      continue;
    }
    let to = at;
    while (to < lines.length && (lines[to] ?? "").trim() !== "") to += 1;
    const block = lines.slice(at, to);
    const [first = "", second = ""] = block;
    const language = /^(?:X-)?Language:\s*(\S+)/i.exec(block.join("\n"))?.[1];
    const skip = isTimeLine(first) ? 0 : isTimeLine(second) ? 1 : undefined;
    if (skip !== undefined && !isAside(first)) {
      const times = timesOf(block[skip] ?? "", at + skip + 1);
      passages.push(...passagesOf(times, block.slice(skip + 1)));
      hasCues = true;
    } else if (!isAside(first) && (hasCues || language === undefined)) {
      if (at > 1)
        refuse(`line ${at + 1}`, "a cue begins with a time line, or with its name above one");
    } else if (language !== undefined && isLanguageCode(language)) languageCode = language;
    at = to;
  }
  if (!hasCues) refuse("line 1", "there is no cue");
  return {
    format: "vtt",
    ...(languageCode !== undefined && { languageCode }),
    passages: passages.filter(({ words }) => words.length > 0),
  };
}
