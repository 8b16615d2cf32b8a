import { MediaError } from "../media/errors.ts";
import { isSpeakerCount, type SpeakerCount } from "../media/speech.ts";

export const batchFormats = ["json", "docx", "srt", "vtt", "txt"] as const;
export type BatchFormat = (typeof batchFormats)[number];

export const archiveModes = ["move", "copy", "none"] as const;
export type ArchiveMode = (typeof archiveModes)[number];

/** Transcription options for every input. Absent: as the library is set. */
export interface SpeechOptions {
  /** BCP 47. */
  readonly language?: string;
  readonly identifyLanguage?: boolean;
  /** The languages to choose from, BCP 47; implies `identifyLanguage`. */
  readonly languages?: readonly string[];
  /** How many speakers there are. */
  readonly speakers?: SpeakerCount;
  /** Whether each channel is one speaker. */
  readonly channels?: boolean;
  /** A file of phrases. */
  readonly vocabulary?: string;
  readonly engine?: string;
  /** The id of a speech model; `auto`: the one that fits best. */
  readonly speechModel?: string;
  /** The number of the sound track that is heard, or its language. Default: by what is in them. */
  readonly audioTrack?: number | string;
}

/** The settings of a batch. */
export interface BatchSettings extends SpeechOptions {
  /** The folder of recordings; searched with all folders below. */
  readonly input: string;
  /** The folder for the results. */
  readonly output: string;
  /** The folder with which the uploads' names in the library begin. */
  readonly bucket: string;
  readonly slots: number;
  readonly formats: readonly BatchFormat[];
  readonly archive: ArchiveMode;
  /** Removes the uploads and their jobs from the library at the end; else they stay to be found. */
  readonly forget: boolean;
  /** Gives the input files themselves acceptable names. */
  readonly renameInPlace: boolean;
  /** A summary of failed jobs: only these are retried. */
  readonly retryFailed?: string;
}

/** Settings from the command line or from a file. */
export interface BatchGiven extends Partial<BatchSettings> {
  /** The opposite of `forget`, as earlier versions called it. */
  readonly keepJobs?: boolean;
}

export const batchDefaults = {
  bucket: "batch",
  slots: 100,
  formats: batchFormats,
  archive: "copy",
  forget: false,
  renameInPlace: false,
} as const satisfies BatchGiven;

/** How many unfinished inputs may be in the library: nine tenths of the slots, at least one. */
export function admittedAtOnce(slots: number): number {
  return Math.max(1, Math.floor((slots * 9) / 10));
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string" && value !== "";
const isFlag: Check = (value) => typeof value === "boolean";
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 1;
const isListOf =
  (choices: readonly string[]): Check =>
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every((one) => choices.includes(String(one)));

/** Amazon S3's rules for a bucket's name, without its few reserved endings. */
const isBucketName: Check = (value) =>
  typeof value === "string" &&
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(value) &&
  !value.includes("..") &&
  !/^\d+\.\d+\.\d+\.\d+$/.test(value);

const checks: Readonly<Record<keyof BatchGiven, { is: Check; wanted: string }>> = {
  input: { is: isText, wanted: "a folder's path" },
  output: { is: isText, wanted: "a folder's path" },
  bucket: {
    is: isBucketName,
    wanted: "3 to 63 small letters, digits, single dots and hyphens, as in S3",
  },
  slots: { is: (value) => isCount(value) && Number(value) <= 10_000, wanted: "1 to 10000" },
  formats: { is: isListOf(batchFormats), wanted: `a list of ${batchFormats.join(", ")}` },
  archive: {
    is: (value) => archiveModes.includes(value as ArchiveMode),
    wanted: archiveModes.join(", "),
  },
  forget: { is: isFlag, wanted: "true or false" },
  keepJobs: { is: isFlag, wanted: "true or false" },
  renameInPlace: { is: isFlag, wanted: "true or false" },
  retryFailed: { is: isText, wanted: "a file's path" },
  language: { is: isText, wanted: "a language, such as en-US" },
  identifyLanguage: { is: isFlag, wanted: "true or false" },
  languages: {
    is: (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
    wanted: "a list of languages",
  },
  speakers: {
    is: isSpeakerCount,
    wanted: "auto, 1 to 30, or { min, max }",
  },
  channels: { is: isFlag, wanted: "true or false" },
  vocabulary: { is: isText, wanted: "a file's path" },
  engine: { is: isText, wanted: "an engine's name" },
  speechModel: { is: isText, wanted: "a model's id" },
  audioTrack: {
    is: (value) => isText(value) || (Number.isInteger(value) && Number(value) > 0),
    wanted: "a number from 1 up, or a language",
  },
};

/**
 * Settings as a file holds them: an object with the names of BatchSettings.
 * @throws MediaError `invalid_config` with the key and its allowed values
 */
export function checkBatchFile(file: string, content: unknown): BatchGiven {
  const refuse = (why: string): never => {
    throw new MediaError("invalid_config", `${file}: ${why}`);
  };
  if (content === null || typeof content !== "object" || Array.isArray(content))
    return refuse("it must be an object");
  for (const [key, value] of Object.entries(content)) {
    if (!Object.hasOwn(checks, key)) refuse(`${JSON.stringify(key)} is no setting of a batch`);
    const { is, wanted } = checks[key as keyof BatchGiven];
    if (!is(value)) refuse(`${key} must be ${wanted}, not ${JSON.stringify(value)}`);
  }
  return content;
}

/** Settings with today's names only. */
function current({ keepJobs, ...given }: BatchGiven): BatchGiven {
  return keepJobs === undefined ? given : { forget: !keepJobs, ...given };
}

/**
 * Merges settings; later ones override earlier ones.
 * @throws MediaError `invalid_argument` when a folder is missing or a value is not allowed
 */
export function batchSettings(...given: readonly BatchGiven[]): BatchSettings {
  const all: BatchGiven = Object.assign({}, batchDefaults, ...given.map(current));
  for (const key of ["input", "output"] as const)
    if (all[key] === undefined)
      throw new MediaError("invalid_argument", `a batch needs a folder for its ${key}`);
  for (const [key, value] of Object.entries(all)) {
    if (!Object.hasOwn(checks, key))
      throw new MediaError("invalid_argument", `${key} is no setting of a batch`);
    const { is, wanted } = checks[key as keyof BatchGiven];
    if (value !== undefined && !is(value))
      throw new MediaError(
        "invalid_argument",
        `${key} must be ${wanted}, not ${JSON.stringify(value)}`,
      );
  }
  const formats = batchFormats.filter((format) => all.formats?.includes(format)); // each once
  return { ...(all as BatchSettings), formats };
}
