import { MediaError } from "../media/errors.ts";
import {
  isLanguageCode,
  isSpeakerCount,
  speakerCountForms,
  type SpeakerCount,
  type SpeechEngineChoice,
  type TranscriptionOptions,
  type VocabularyPhrase,
} from "../media/speech.ts";
import { vocabularyLimits, vocabularyOf } from "../transcribe/vocabulary-file.ts";
import type { Ports } from "./ports.ts";

/** How speech is to be transcribed, and of which track, as people say it. `false`: no more; absent: as before. */
export interface SpeechOptions {
  /** BCP 47; `auto`: to be found out. */
  readonly language?: string | undefined;
  /** The path of a file of phrases; see `readVocabulary`. */
  readonly vocabulary?: string | false | undefined;
  /** The phrases themselves; none: no more. */
  readonly phrases?: readonly GivenPhrase[] | undefined;
  readonly speakers?: SpeakerCount | false | undefined;
  /** Each channel of the recording is one speaker. */
  readonly channels?: boolean | undefined;
  readonly identifyLanguage?: boolean | undefined;
  /** The languages to choose from, BCP 47; means `identifyLanguage`. */
  readonly languages?: readonly string[] | undefined;
  readonly engine?: SpeechEngineChoice | undefined;
  /** The id of a speech model; `auto`: the one that fits best. */
  readonly speechModel?: string | undefined;
  /** The number of the video track that is shown, from 1; `auto`: by what is in them. */
  readonly videoTrack?: number | "auto" | undefined;
  /** The number of the sound track that is heard, or its language; `auto`: by what is in them. */
  readonly audioTrack?: number | string | undefined;
}

interface GivenPhrase {
  readonly phrase: string;
  readonly soundsLike?: string | undefined;
  readonly displayAs?: string | undefined;
}

function refuse(why: string): never {
  throw new MediaError("invalid_argument", why);
}

function language(code: string): string {
  return isLanguageCode(code)
    ? code
    : refuse(`${JSON.stringify(code)} is no language; they look like en-US, de-DE`);
}

/** The limits of a file of phrases hold for phrases in a request, too. */
function checkedPhrases(given: readonly GivenPhrase[]) {
  if (Buffer.byteLength(JSON.stringify(given)) > 2 * vocabularyLimits.fileBytes)
    refuse("more than 50 KB are no vocabulary");
  const phrases = given.map(({ phrase, soundsLike, displayAs }): VocabularyPhrase => {
    if (!/[\p{L}\p{N}]/u.test(phrase)) refuse(`${JSON.stringify(phrase)} is no phrase`);
    return { phrase, ...(soundsLike && { soundsLike }), ...(displayAs && { displayAs }) };
  });
  return phrases.length === 0 ? "none" : vocabularyOf(phrases);
}

function identification({ language: spoken, languages, ...given }: SpeechOptions) {
  const identifyLanguage = spoken === "auto" ? true : given.identifyLanguage;
  if (identifyLanguage === false)
    return languages === undefined
      ? "none"
      : refuse("languages are named, but not to be found out");
  if (identifyLanguage === undefined && languages === undefined) return undefined;
  return languages === undefined ? {} : { candidates: [...new Set(languages.map(language))] };
}

function trackNumber(kind: string, number: number): number {
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return number;
  return refuse(`${number} is no number of a ${kind} track; they begin with 1`);
}

function tracksOf({ videoTrack, audioTrack }: SpeechOptions): TranscriptionOptions {
  const video =
    typeof videoTrack === "number"
      ? trackNumber("video", videoTrack)
      : videoTrack && ("none" as const);
  const audio =
    typeof audioTrack === "number"
      ? trackNumber("sound", audioTrack)
      : audioTrack === "auto"
        ? "none"
        : audioTrack && language(audioTrack);
  return {
    ...(video !== undefined && { videoTrack: video }),
    ...(audio !== undefined && { audioTrack: audio }),
  };
}

/**
 * Options as the catalog keeps them; undefined when none are given.
 * @throws MediaError `invalid_argument`, `not_found` when the vocabulary cannot be read
 */
export async function optionsOf(
  { vocabularyFrom }: Pick<Ports, "vocabularyFrom">,
  options: SpeechOptions,
): Promise<TranscriptionOptions | undefined> {
  const { vocabulary, phrases, speakers, channels, engine, speechModel } = options;
  if (speakers !== undefined && speakers !== false && !isSpeakerCount(speakers))
    refuse(`speakers must be ${speakerCountForms}`);
  if (channels === true && speakers !== undefined && speakers !== false)
    refuse("either channels or speakers are told apart");
  const identifyLanguage = identification(options);
  const asked: TranscriptionOptions = {
    ...(options.language !== undefined &&
      options.language !== "auto" && { languageCode: language(options.language) }),
    ...(engine !== undefined && { engine }),
    ...(speechModel !== undefined && { model: speechModel === "auto" ? "none" : speechModel }),
    ...(speakers !== undefined && { speakers: speakers === false ? "none" : speakers }),
    ...(channels !== undefined && { channels }),
    ...(identifyLanguage !== undefined && { identifyLanguage }),
    ...tracksOf(options),
    ...(phrases !== undefined && { vocabulary: checkedPhrases(phrases) }),
    ...(vocabulary !== undefined && {
      vocabulary: vocabulary === false ? "none" : await vocabularyFrom(vocabulary),
    }),
  };
  return Object.keys(asked).length === 0 ? undefined : asked;
}

/** The same, if an engine here can follow them. @throws MediaError what `optionsOf` and `checkSpeech` throw */
export async function checkedOptions(
  ports: Pick<Ports, "engines" | "vocabularyFrom">,
  options: SpeechOptions = {},
): Promise<TranscriptionOptions | undefined> {
  const speech = await optionsOf(ports, options);
  if (speech !== undefined) (await ports.engines()).checkSpeech(speech);
  return speech;
}
