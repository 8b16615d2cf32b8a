import { MediaError } from "./errors.ts";
import {
  channelsOf,
  fields,
  garbage,
  list,
  numberOf,
  spokenWords,
  text,
  type Fields,
} from "./transcribe-words.ts";
import type { EngineInfo, Transcript, Word } from "./transcript.ts";

/**
 * Amazon Transcribe's result file. Every engine's transcript is stored in this shape. Numbers are
 * strings and times are seconds, as AWS writes them. Only the block `engine` is ours.
 * https://docs.aws.amazon.com/transcribe/latest/dg/how-input.html#how-it-works-output
 */
export interface TranscribeJson {
  readonly jobName: string;
  readonly accountId: string;
  readonly status: "COMPLETED";
  readonly results: {
    readonly language_code?: string;
    readonly language_identification?: readonly LanguageScore[];
    readonly transcripts: readonly { readonly transcript: string }[];
    readonly speaker_labels?: SpeakerLabels;
    readonly channel_labels?: ChannelLabels;
    readonly items: readonly TranscribeItem[];
    readonly audio_segments: readonly AudioSegment[];
  };
  readonly engine: EngineInfo & {
    readonly durationMs?: number;
    /** Seconds of work per second of media. */
    readonly realTimeFactor?: number;
    /** How often people have corrected it. */
    readonly corrections?: number;
    /** Ids of the items whose times are not sure: see `Word.timing`. Absent: there are none. */
    readonly timing?: { readonly [kind in NonNullable<Word["timing"]>]?: readonly number[] };
  };
}

export interface LanguageScore {
  readonly code: string;
  readonly score: string;
}

export interface TranscribeItem {
  readonly id: number;
  readonly type: "pronunciation" | "punctuation";
  readonly alternatives: readonly { readonly confidence?: string; readonly content: string }[];
  /** Punctuation has no times. */
  readonly start_time?: string;
  readonly end_time?: string;
  readonly speaker_label?: string;
  readonly channel_label?: string;
}

export interface ChannelLabels {
  readonly number_of_channels: number;
  /** Each channel's items once more, also of channels on which nobody speaks. */
  readonly channels: readonly {
    readonly channel_label: string;
    readonly items: readonly TranscribeItem[];
  }[];
}

export interface SpeakerLabels {
  readonly channel_label: string;
  readonly speakers: number;
  readonly segments: readonly {
    readonly start_time: string;
    readonly end_time: string;
    readonly speaker_label: string;
    readonly items: readonly {
      readonly start_time: string;
      readonly end_time: string;
      readonly speaker_label: string;
    }[];
  }[];
}

interface AudioSegment {
  readonly id: number;
  readonly transcript: string;
  readonly start_time: string;
  readonly end_time: string;
  readonly speaker_label?: string;
  readonly channel_label?: string;
  /** Ids of its items. */
  readonly items: readonly number[];
}

/** A transcript as read from its file. */
export interface StoredTranscript extends Transcript {
  readonly jobName: string;
  readonly accountId?: string;
  readonly status: string;
  readonly languageIdentification?: readonly { readonly code: string; readonly score: number }[];
}

/** The tag of an unknown language (BCP 47). The file leaves it out. */
export const undetermined = "und";

/** The engine named in the file. A file without one comes from Amazon Transcribe, which names no version. */
function engineOf(value: unknown): EngineInfo {
  const unstated = "unstated";
  if (value === undefined) return { name: "amazon-transcribe", version: unstated, model: unstated };
  const engine = fields(value, "engine");
  return {
    name: text(engine["name"]) ?? unstated,
    version: text(engine["version"]) ?? unstated,
    model: text(engine["model"]) ?? unstated,
    ...(engine["quality"] === "draft" ? { quality: "draft" } : {}),
  };
}

function correctionsOf(engine: unknown): Pick<Transcript, "corrections"> {
  const { corrections } = (engine ?? {}) as { corrections?: unknown };
  return typeof corrections === "number" && corrections > 0 ? { corrections } : {};
}

function languageScores(value: unknown): { code: string; score: number }[] | undefined {
  if (value === undefined || value === null) return undefined;
  return list(value, "language_identification").flatMap((entry) => {
    const found = fields(entry, "a language");
    const [code, points] = [text(found["code"]), numberOf(found["score"])];
    return code === undefined || points === undefined ? [] : [{ code, score: points }];
  });
}

/** The language. Amazon may list several with their durations; then the longest one counts. */
function languageOf(results: Fields): string {
  const one = text(results["language_code"]);
  if (one !== undefined) return one;
  const spoken = list(results["language_codes"] ?? [], "language_codes").flatMap((entry) => {
    const found = fields(entry, "a language");
    const code = text(found["language_code"]);
    const seconds = numberOf(found["duration_in_seconds"]) ?? 0;
    return code === undefined ? [] : [{ code, seconds }];
  });
  return spoken.toSorted((a, b) => b.seconds - a.seconds)[0]?.code ?? undetermined;
}

/**
 * Reads a result of Amazon Transcribe, of any year, or one of ours. A missing language is `und`;
 * channels count as speakers (`ch_0`) where speakers were not told apart, and their words stand in turns.
 * @throws MediaError `output_invalid` when it is something else, `engine_failed` when it is the
 * record of a failed job.
 */
export function fromTranscribeJson(json: unknown): StoredTranscript {
  const file = fields(json, "the file");
  const jobName = text(file["jobName"]);
  if (jobName === undefined) throw garbage("it has no jobName");
  const status = text(file["status"]) ?? "COMPLETED";
  if (status === "FAILED") {
    const reason = text(file["failureReason"]) ?? "no reason is given";
    throw new MediaError("engine_failed", `the transcription ${jobName} failed: ${reason}`);
  }
  const results = fields(file["results"], "results");
  const accountId = text(file["accountId"]);
  const languageIdentification = languageScores(results["language_identification"]);
  const channels = channelsOf(results);
  return {
    jobName,
    status,
    ...(accountId === undefined ? {} : { accountId }),
    languageCode: languageOf(results),
    ...(languageIdentification === undefined ? {} : { languageIdentification }),
    words: spokenWords(results, file["engine"]),
    ...(channels === undefined ? {} : { channels }),
    ...correctionsOf(file["engine"]),
    engine: engineOf(file["engine"]),
  };
}
