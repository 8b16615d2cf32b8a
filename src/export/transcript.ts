import { csvField } from "../media/csv.ts";
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
}

/** Paragraphs, each with its time and, where known, its speaker. A draft begins with a warning. */
function txt({ transcript }: TranscriptExport): string {
  const note = draftNote(transcript.engine);
  const head = note === undefined || transcript.words.length === 0 ? [] : [`${spaced(note)}\n`];
  const paragraphs = passagesOf(transcript.words).map(({ words, speaker }) => {
    const time = `[${clock(words[0]?.startMs ?? 0)}]`;
    const who = speaker === undefined ? "" : ` ${spaced(speakerName(speaker))}:`;
    return `${time}${who} ${spaced(transcriptText(words))}\n`;
  });
  return [...head, ...paragraphs].join("\n");
}

/**
 * One row a word; times in seconds, unknown fields empty. Every row names the engine, because rows are
 * filtered, sorted and copied into other tables.
 */
function csv({ transcript }: TranscriptExport): string {
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
    ].join(","),
  );
  return ["start,end,speaker,confidence,text,engine", ...rows].map((row) => `${row}\r\n`).join("");
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
