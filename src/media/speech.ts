import type { TrackChoice } from "./tracks.ts";
import { canonicalJson, type JobSettings } from "./job.ts";

/** A phrase that is likely to be said. */
export interface VocabularyPhrase {
  /** As it is spoken: `Los Angeles`. */
  readonly phrase: string;
  /** How it sounds, when its letters mislead. */
  readonly soundsLike?: string;
  /** How it is to be written. Default: as `phrase`. */
  readonly displayAs?: string;
}

/** A list of phrases; the same phrases have the same hash. */
export interface Vocabulary {
  /** SHA-256 of the phrases, hexadecimal; a job's settings hold it instead of the phrases. */
  readonly sha256: string;
  readonly phrases: readonly VocabularyPhrase[];
}

/** The speech engines, the preferred first. Their room keeps the registry that makes them. */
export const speechEngineNames = ["sherpa", "pocketsphinx"] as const;
export type SpeechEngineName = (typeof speechEngineNames)[number];

/** Which engine transcribes; `auto`: the first that works here and knows the language. */
export const speechEngines = ["auto", ...speechEngineNames] as const;
export type SpeechEngineChoice = (typeof speechEngines)[number];

/** How many people speak: so many, at least or at most so many, or as many as are found. */
export type SpeakerCount = number | "auto" | { readonly min?: number; readonly max?: number };

/**
 * How a media file is to be transcribed, and which of its tracks are used. An absent field follows the library's
 * settings, or what is in the tracks.
 */
export interface TranscriptionOptions {
  /** BCP 47. */
  readonly languageCode?: string;
  readonly engine?: SpeechEngineChoice;
  /** The id of the speech model; `none`: again the one that fits best. */
  readonly model?: string;
  /** Tells speakers apart; `none` ends it. */
  readonly speakers?: SpeakerCount | "none";
  /** Whether each channel of the recording is one speaker: telephone recordings. Ends `speakers`. */
  readonly channels?: boolean;
  /** Identifies the language, among these (BCP 47) or all; `none` ends it. */
  readonly identifyLanguage?: { readonly candidates?: readonly string[] } | "none";
  /** `none` ends it. */
  readonly vocabulary?: Vocabulary | "none";
  /** The number of the video track that is shown; `none`: again by what is in them. */
  readonly videoTrack?: number | "none";
  /** The number or the language of the sound track that is heard; `none`: again by what is in them. */
  readonly audioTrack?: number | string;
}

const isLanguage = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/;

/** Whether a text has the form of a BCP 47 tag. */
export function isLanguageCode(code: string): boolean {
  return code.length <= 35 && isLanguage.test(code);
}

/**
 * The options after a change: a new value replaces the earlier one, `none` removes it. A named language
 * ends identification; channels and speakers end each other.
 */
export function mergedOptions(
  before: TranscriptionOptions | undefined,
  now: TranscriptionOptions = {},
): TranscriptionOptions {
  const all = { ...before, ...now };
  const isNamed = now.languageCode !== undefined && now.identifyLanguage === undefined;
  if (isNamed) delete all.identifyLanguage;
  if (now.channels === true) delete all.speakers;
  if (now.channels === undefined && now.speakers !== undefined) delete all.channels;
  for (const key of ["model", "speakers", "identifyLanguage", "vocabulary", ...tracks] as const)
    if (all[key] === "none") delete all[key];
  return all;
}

const tracks = ["videoTrack", "audioTrack"] as const;

/** The tracks that options ask for, as part of a job's settings. */
export function trackChoice({ videoTrack, audioTrack }: TranscriptionOptions): TrackChoice {
  return {
    ...(videoTrack !== undefined && videoTrack !== "none" && { videoTrack }),
    ...(audioTrack !== undefined && audioTrack !== "none" && { audioTrack }),
  };
}

/** Whether two sets of options ask for the same. */
export function sameOptions(
  one: TranscriptionOptions | undefined,
  other: TranscriptionOptions,
): boolean {
  return canonicalJson(one ?? {}) === canonicalJson(other);
}

/** The options as part of a job's settings, without language and engine; a vocabulary by its hash. */
export function optionSettings({
  speakers,
  channels,
  identifyLanguage,
  vocabulary,
}: TranscriptionOptions): JobSettings {
  const isGiven = <T>(value: T | "none" | undefined): value is T =>
    value !== undefined && value !== "none";
  return {
    ...(isGiven(speakers) && { speakers }),
    ...(channels === true && { channels }),
    ...(isGiven(identifyLanguage) && { identifyLanguage }),
    ...(isGiven(vocabulary) && { vocabulary: vocabulary.sha256 }),
  };
}

/** The options for display: a vocabulary by its length and hash. */
export function briefOptions({ vocabulary, ...options }: TranscriptionOptions): JobSettings {
  if (vocabulary === undefined || vocabulary === "none") return options;
  return {
    ...options,
    vocabulary: { phrases: vocabulary.phrases.length, sha256: vocabulary.sha256 },
  };
}

/** The most speakers that can be asked for; Amazon Transcribe has the same limit. */
export const mostSpeakers = 30;

const isSpeakers = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= mostSpeakers;

/** Whether a value says how many speak. */
export function isSpeakerCount(value: unknown): value is SpeakerCount {
  if (value === "auto" || isSpeakers(value)) return true;
  if (typeof value !== "object" || value === null) return false;
  const { min, max, ...others } = value as { min?: unknown; max?: unknown };
  const isBounded = [min, max].every((bound) => bound === undefined || isSpeakers(bound));
  const isRange = typeof min !== "number" || typeof max !== "number" || min <= max;
  return isBounded && isRange && Object.keys(others).length === 0;
}

/** What a number of speakers looks like, for messages. */
export const speakerCountForms = `auto, a number from 1 to ${mostSpeakers}, or bounds such as 2..5`;

/** Reads `auto`, `3`, `2..5`, `..4` or `2..`; undefined for anything else. */
export function speakerCountOf(text: string): SpeakerCount | undefined {
  if (text === "auto") return text;
  const [, least = "", dots, most = ""] = /^(\d{0,2})(\.\.)?(\d{0,2})$/.exec(text) ?? [];
  if (dots === undefined) return isSpeakers(Number(least || NaN)) ? Number(least) : undefined;
  const bounds = {
    ...(least === "" ? {} : { min: Number(least) }),
    ...(most === "" ? {} : { max: Number(most) }),
  };
  return Object.keys(bounds).length > 0 && isSpeakerCount(bounds) ? bounds : undefined;
}
