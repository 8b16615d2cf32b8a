import { MediaError } from "./errors.ts";
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
    readonly items: readonly TranscribeItem[];
    readonly audio_segments: readonly AudioSegment[];
  };
  readonly engine: EngineInfo & {
    readonly durationMs?: number;
    /** Seconds of work per second of media. */
    readonly realTimeFactor?: number;
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

type Fields = Readonly<Record<string, unknown>>;

function garbage(what: string): MediaError {
  return new MediaError("output_invalid", `this is no transcript of Amazon Transcribe: ${what}`);
}

function fields(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw garbage(`${what} is not an object`);
  return value as Fields;
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw garbage(`${what} is not a list`);
  return value;
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

/** A number, or one written as a string; undefined for anything else. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function timeMs(value: unknown, what: string): number {
  const time = numberOf(value);
  if (time === undefined || time < 0 || time > 1e9) throw garbage(`${what} is not a time`);
  return Math.round(time * 1000);
}

/** Who speaks at which start time: from the speakers' segments, else from the channels. */
function speakersByTime(results: Fields): Map<string, string> {
  const speakers = new Map<string, string>();
  const note = (owner: Fields, label: string): void => {
    for (const entry of list(owner["items"] ?? [], "items")) {
      const item = fields(entry, "an item");
      const name = text(item[label]) ?? text(owner[label]);
      const start = text(item["start_time"]);
      if (name !== undefined && start !== undefined) speakers.set(start, name);
    }
  };
  const channels = fields(results["channel_labels"] ?? {}, "channel_labels");
  for (const channel of list(channels["channels"] ?? [], "channels"))
    note(fields(channel, "a channel"), "channel_label");
  const labels = fields(results["speaker_labels"] ?? {}, "speaker_labels");
  for (const segment of list(labels["segments"] ?? [], "segments"))
    note(fields(segment, "a segment"), "speaker_label");
  return speakers;
}

/** Which items' times are not sure, by their ids; only ours says so. */
function timingByItem(engine: unknown): Map<number, Word["timing"]> {
  const timing = fields(fields(engine ?? {}, "engine")["timing"] ?? {}, "engine.timing");
  const byItem = new Map<number, Word["timing"]>();
  for (const kind of ["doubtful", "estimated"] as const)
    for (const id of list(timing[kind] ?? [], "engine.timing")) byItem.set(Number(id), kind);
  return byItem;
}

function wordsOf(results: Fields, timings: ReadonlyMap<number, Word["timing"]>): Word[] {
  const speakers = speakersByTime(results);
  const words: Word[] = [];
  for (const entry of list(results["items"], "results.items")) {
    const item = fields(entry, "an item");
    const [first] = list(item["alternatives"], "alternatives");
    const best = fields(first, "an alternative");
    const content = text(best["content"]);
    if (content === undefined) throw garbage("an item has no content");
    if (item["type"] === "punctuation") {
      const last = words.at(-1); // punctuation before the first word is dropped
      if (last !== undefined && content !== "")
        words[words.length - 1] = { ...last, punctuation: (last.punctuation ?? "") + content };
      continue;
    }
    if (item["type"] !== "pronunciation") throw garbage("an item is of no known type");
    const startMs = timeMs(item["start_time"], "start_time");
    const confidence = numberOf(best["confidence"]);
    const timing = timings.get(Number(item["id"]));
    const speaker =
      text(item["speaker_label"]) ??
      speakers.get(text(item["start_time"]) ?? "") ??
      text(item["channel_label"]);
    words.push({
      text: content,
      startMs,
      endMs: Math.max(startMs, timeMs(item["end_time"], "end_time")),
      ...(confidence === undefined ? {} : { confidence: Math.min(1, Math.max(0, confidence)) }),
      ...(timing === undefined ? {} : { timing }),
      ...(speaker === undefined ? {} : { speaker }),
    });
  }
  return words;
}

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
 * channels count as speakers (`ch_0`) where speakers were not told apart.
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
  return {
    jobName,
    status,
    ...(accountId === undefined ? {} : { accountId }),
    languageCode: languageOf(results),
    ...(languageIdentification === undefined ? {} : { languageIdentification }),
    words: wordsOf(results, timingByItem(file["engine"])),
    engine: engineOf(file["engine"]),
  };
}
