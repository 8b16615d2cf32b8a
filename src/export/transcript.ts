import type { LabelSummary } from "../media/label.ts";
import { transcriptText } from "../media/transcript.ts";
import type { Transcript, Word } from "../media/transcript.ts";

/** What of a media is written out. */
export interface TranscriptExport {
  readonly name: string;
  readonly transcript: Transcript;
  readonly labels?: readonly LabelSummary[];
}

/** Words that are written together: of one speaker, without a long pause. */
interface Passage {
  readonly speaker?: string;
  readonly words: Word[];
}

/** A pause after which a new paragraph begins. */
const paragraphPauseMs = 2_000;
/** A paragraph of this many words ends at the next short pause or sentence's end. */
const paragraphWords = 100;
const shortPauseMs = 400;

/** Whether a new passage begins between two words. */
function breaksBetween(left: Word, right: Word, wordsSoFar: number): boolean {
  const pauseMs = right.startMs - left.endMs;
  if (left.speaker !== right.speaker || pauseMs >= paragraphPauseMs) return true;
  if (wordsSoFar < paragraphWords) return false;
  return pauseMs >= shortPauseMs || /[.?!。？！]$/.test(left.punctuation ?? "");
}

function passagesOf(words: readonly Word[]): Passage[] {
  const passages: Passage[] = [];
  for (const word of words) {
    const last = passages.at(-1);
    const left = last?.words.at(-1);
    if (last !== undefined && left !== undefined && !breaksBetween(left, word, last.words.length))
      last.words.push(word);
    else
      passages.push({
        words: [word],
        ...(word.speaker === undefined ? {} : { speaker: word.speaker }),
      });
  }
  return passages;
}

/** `0:05`, `1:02:03`. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = String(seconds % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** One line, whatever characters a word brought along. */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, " ").trim();

/** Paragraphs, each with its time and, where it is known, its speaker. */
function txt({ transcript }: TranscriptExport): string {
  return passagesOf(transcript.words)
    .map(({ words, speaker }) => {
      const head = `[${clock(words[0]?.startMs ?? 0)}]`;
      const who = speaker === undefined ? "" : ` ${oneLine(speaker)}:`;
      return `${head}${who} ${oneLine(transcriptText(words))}\n`;
    })
    .join("\n");
}

/**
 * A field of RFC 4180. Text that a spreadsheet would run as a formula gets an apostrophe in front
 * (OWASP, "CSV injection").
 */
function field(value: string): string {
  const safe = /^[\s]*[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A row for each word; times in seconds, unknown fields empty. */
function csv({ transcript }: TranscriptExport): string {
  const seconds = (ms: number): string => (ms / 1000).toFixed(3);
  const rows = transcript.words.map((word) =>
    [
      seconds(word.startMs),
      seconds(word.endMs),
      field(word.speaker ?? ""),
      word.confidence?.toFixed(4) ?? "",
      field(word.text + (word.punctuation ?? "")),
    ].join(","),
  );
  return ["start,end,speaker,confidence,text", ...rows].map((row) => `${row}\r\n`).join("");
}

function json({ name, transcript, labels }: TranscriptExport): string {
  const { languageCode, engine, words } = transcript;
  const text = transcriptText(words);
  const known = labels === undefined ? {} : { labels };
  return `${JSON.stringify({ name, languageCode, engine, text, words, ...known }, undefined, 2)}\n`;
}

/** A transcript as readable text, as a table, or as data in Dailies' own shape. */
export function exportTranscript(
  options: TranscriptExport & { readonly format: "txt" | "csv" | "json" },
): string {
  switch (options.format) {
    case "txt":
      return txt(options);
    case "csv":
      return csv(options);
    case "json":
      return json(options);
  }
}
