import type { Word } from "../../media/transcript.ts";

/** A word of a transcript that was made elsewhere. */
export interface ReadWord {
  readonly text: string;
  readonly punctuation?: string;
  /** Both, or neither. */
  readonly startMs?: number;
  readonly endMs?: number;
  readonly confidence?: number;
  /** How sure the times are, where the file says so. */
  readonly timing?: Word["timing"];
}

/** What is said in a stretch of time. */
export interface ReadPassage {
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker?: string;
  readonly words: readonly ReadWord[];
}

export const transcriptFileFormats = ["transcribe", "whisper", "vtt", "srt"] as const;
export type TranscriptFileFormat = (typeof transcriptFileFormats)[number];

/** A transcript as a file of another program has it. */
export interface ReadTranscript {
  readonly format: TranscriptFileFormat;
  /** BCP 47; absent when the file does not say. */
  readonly languageCode?: string;
  readonly passages: readonly ReadPassage[];
}
