import { csvField } from "../media/csv.ts";
import { incompleteNote, incompleteText } from "../media/damage.ts";
import type { Incomplete } from "../media/facts.ts";
import type { LabelSummary } from "../media/label.ts";
import { draftNote, engineText, transcriptText, type Transcript } from "../media/transcript.ts";
import { spaced } from "../media/spacing.ts";
import { speakerName } from "../media/speaker-name.ts";
import { clock, passagesOf } from "./passages.ts";

/** What is written about a media file. */
export interface TranscriptExport {
  readonly name: string;
  readonly transcript: Transcript;
  readonly labels?: readonly LabelSummary[];
  /** Not all of the recording could be decoded. */
  readonly incomplete?: Incomplete;
}

/**
 * Paragraphs, each with its time and, where known, its speaker. A draft, and a recording that is not whole,
 * begin with a warning.
 */
function txt({ transcript, incomplete }: TranscriptExport): string {
  const draft = transcript.words.length === 0 ? undefined : draftNote(transcript.engine);
  const notes = [draft, incompleteNote(incomplete)].filter((note) => note !== undefined);
  const head = notes.map((note) => `${spaced(note)}\n`);
  const paragraphs = passagesOf(transcript.words).map(({ words, speaker }) => {
    const time = `[${clock(words[0]?.startMs ?? 0)}]`;
    const who = speaker === undefined ? "" : ` ${spaced(speakerName(speaker))}:`;
    return `${time}${who} ${spaced(transcriptText(words))}\n`;
  });
  return [...head, ...paragraphs].join("\n");
}

/**
 * One row a word; times in seconds, unknown fields empty. Every row names the engine, because rows are
 * filtered, sorted and copied into other tables. Where the recording is not whole, a last column says so.
 */
function csv({ transcript, incomplete }: TranscriptExport): string {
  const engine = csvField(engineText(transcript.engine));
  const seconds = (ms: number): string => (ms / 1000).toFixed(3);
  const rows = transcript.words.map((word) =>
    [
      seconds(word.startMs),
      seconds(word.endMs),
      csvField(word.speaker === undefined ? "" : speakerName(word.speaker)),
      word.confidence?.toFixed(4) ?? "",
      csvField(word.text + (word.punctuation ?? "")),
      engine,
      ...(incomplete === undefined ? [] : [csvField(incompleteText(incomplete))]),
    ].join(","),
  );
  const last = incomplete === undefined ? "" : ",incomplete";
  return [`start,end,speaker,confidence,text,engine${last}`, ...rows]
    .map((row) => `${row}\r\n`)
    .join("");
}

function json({ name, transcript, labels, incomplete }: TranscriptExport): string {
  const { languageCode, engine, words } = transcript;
  const text = transcriptText(words);
  const known = { ...(labels && { labels }), ...(incomplete && { incomplete }) };
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
