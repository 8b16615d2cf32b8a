import { joinSpoken } from "./spacing.ts";

/** One spoken word. Times are integer milliseconds from the media's start, half-open. */
export interface Word {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  /** 0–1; absent when the engine gives none. */
  readonly confidence?: number;
  /** Punctuation that follows the word without a space: `.`, `,`, `?` … */
  readonly punctuation?: string;
  /**
   * How sure its times are: `doubtful`, the sound there hardly resembles the word; `estimated`, nothing
   * was found and they are divided by letters. Absent: as sure as the engine's.
   */
  readonly timing?: "doubtful" | "estimated";
  /** `spk_0`, `spk_1` …, when speakers were told apart; `ch_0`, `ch_1` …, when channels were. */
  readonly speaker?: string;
}

/** The engine that made a result. `quality` is `draft` for an engine that is only a stopgap. */
export interface EngineInfo {
  readonly name: string;
  readonly version: string;
  readonly model: string;
  readonly quality?: "draft";
}

/** The timed words of one media file, from any engine. */
export interface Transcript {
  /** BCP 47: `en-US`. */
  readonly languageCode: string;
  /**
   * The identified languages, the likeliest first; BCP 47, scores 0–1 as the engine defines them.
   * Absent when identification was not asked for.
   */
  readonly languageIdentification?: readonly { readonly code: string; readonly score: number }[];
  readonly words: readonly Word[];
  /**
   * How many channels were transcribed each by itself; their words have the speakers `ch_0`, `ch_1` … and
   * stand as `inTurns` has them. Absent: the channels were mixed.
   */
  readonly channels?: number;
  /** How often people have corrected it. Absent: it is as an engine or a file has it. */
  readonly corrections?: number;
  readonly engine: EngineInfo;
}

/** An engine in a table: `pocketsphinx 5prealpha en-us (draft)`. */
export function engineText({ name, version, model, quality }: EngineInfo): string {
  const text = [name, version, model].join(" ");
  return quality === "draft" ? `${text} (draft)` : text;
}

/** What a job's notes say of a draft. */
export const draftHeard = "heard by a draft engine";

/** A warning for readers of a draft; undefined for other transcripts. */
export function draftNote({ name, model, quality }: EngineInfo): string | undefined {
  if (quality !== "draft") return undefined;
  return `Draft transcript by ${name} (${model}): many words are misheard.`;
}

/** A transcript as text: words with their punctuation, separated by spaces where the script has spaces. */
export function transcriptText(words: readonly Word[]): string {
  return joinSpoken(words.map((word) => word.text + (word.punctuation ?? "")));
}
