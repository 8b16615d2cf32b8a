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
  /** SHA-256 of the phrases, hexadecimal: what stands for them in a job's settings. */
  readonly sha256: string;
  readonly phrases: readonly VocabularyPhrase[];
}

/** Which engine is to hear; `auto`: the best that is here and knows the language. */
export const speechEngines = ["auto", "sherpa", "pocketsphinx"] as const;
export type SpeechEngineChoice = (typeof speechEngines)[number];

/** What somebody wishes of a media's transcript. What is absent is as the library is set. */
export interface TranscriptionOptions {
  /** BCP 47. */
  readonly languageCode?: string;
  readonly engine?: SpeechEngineChoice;
  /** Tell speakers apart: how many there are, or find out; `none`: no more. */
  readonly speakers?: number | "auto" | "none";
  /** Find out what is spoken, among these (BCP 47) or all; `none`: no more. */
  readonly identifyLanguage?: { readonly candidates?: readonly string[] } | "none";
  /** `none`: no more. */
  readonly vocabulary?: Vocabulary | "none";
}

const isLanguage = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/;

/** Whether a text has the form of a BCP 47 tag. */
export function isLanguageCode(code: string): boolean {
  return code.length <= 35 && isLanguage.test(code);
}

/**
 * What is wished by now: what was said last goes before what was said earlier. A language that is
 * named ends finding it out.
 */
export function mergedOptions(
  before: TranscriptionOptions | undefined,
  now: TranscriptionOptions = {},
): TranscriptionOptions {
  const all = { ...before, ...now };
  const isNamed = now.languageCode !== undefined && now.identifyLanguage === undefined;
  if (isNamed) delete all.identifyLanguage;
  for (const key of ["speakers", "identifyLanguage", "vocabulary"] as const)
    if (all[key] === "none") delete all[key];
  return all;
}

/** Whether two wishes are for the same. */
export function sameOptions(
  one: TranscriptionOptions | undefined,
  other: TranscriptionOptions,
): boolean {
  return canonicalJson(one ?? {}) === canonicalJson(other);
}

/** A wish as a job's settings have it, without language and engine; the vocabulary by its hash. */
export function optionSettings({
  speakers,
  identifyLanguage,
  vocabulary,
}: TranscriptionOptions): JobSettings {
  const isGiven = <T>(value: T | "none" | undefined): value is T =>
    value !== undefined && value !== "none";
  return {
    ...(isGiven(speakers) && { speakers }),
    ...(isGiven(identifyLanguage) && { identifyLanguage }),
    ...(isGiven(vocabulary) && { vocabulary: vocabulary.sha256 }),
  };
}

/** A wish as people are shown it: of a vocabulary only how long it is. */
export function briefOptions({ vocabulary, ...wish }: TranscriptionOptions): JobSettings {
  if (vocabulary === undefined || vocabulary === "none") return wish;
  return { ...wish, vocabulary: { phrases: vocabulary.phrases.length, sha256: vocabulary.sha256 } };
}

/** As Amazon Transcribe's: more is a mistake. */
export const mostSpeakers = 30;
