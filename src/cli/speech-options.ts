import { InvalidArgumentError, Option, type Command } from "commander";
import type { Context } from "./context.ts";
import type { SpeechOptions } from "../app/transcription-options.ts";
import {
  isLanguageCode,
  speakerCountForms,
  speakerCountOf,
  speechEngines,
  type SpeakerCount,
} from "../media/speech.ts";

function parseSpeakers(value: string): SpeakerCount {
  const count = speakerCountOf(value);
  if (count !== undefined) return count;
  throw new InvalidArgumentError(`It must be ${speakerCountForms}.`);
}

const parseLanguages = (value: string): readonly string[] =>
  value.split(",").map((code) => code.trim());

/** The transcription options; with `again` also those that end an earlier option. */
export function addSpeechOptions(command: Command, again = false): Command {
  command
    .option("--language <code>", "what is spoken: en-US, de-DE …, or auto (default: the library's)")
    .option("--vocabulary <file>", "phrases to expect: lines, CSV or a table of Amazon Transcribe")
    .option("--speakers <n>", "tell speakers apart: how many, 2..5, or auto", parseSpeakers)
    .option("--channels", "each channel is one speaker, as in recordings of telephone calls")
    .option("--identify-language", "find out what is spoken")
    .option("--languages <codes>", "… among these: en-US,de-DE", parseLanguages)
    .addOption(
      new Option("--engine <name>", "the speech engine; auto is the best that is here").choices(
        speechEngines,
      ),
    );
  command.addOption(audioTrackOption());
  command.option("--speech-model <id>", "the speech model; see `dailies models` (default: auto)");
  if (!again) return command;
  return command
    .option("--no-vocabulary", "forget the vocabulary that was given before")
    .option("--no-speakers", "tell speakers apart no more")
    .option("--no-channels", "the channels are mixed again")
    .option("--no-identify-language", "find out the language no more");
}

const parseVideoTrack = (value: string): number | "auto" => {
  if (value === "auto") return value;
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It must be a number from 1 up, or auto.");
};

const parseAudioTrack = (value: string): number | string => {
  if (value === "auto" || isLanguageCode(value)) return value;
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It must be a number from 1 up, a language (de, deu), or auto.");
};

/** Which sound track is heard. */
export const audioTrackOption = (): Option =>
  new Option(
    "--audio-track <n|lang>",
    "the sound track that is heard: number or language (default: by what is in them)",
  ).argParser(parseAudioTrack);

/** Which video track is shown. `dailies show` lists the tracks of a file. */
export const videoTrackOption = (): Option =>
  new Option(
    "--video-track <n>",
    "the video track that is shown, from 1 (default: by what is in them)",
  ).argParser(parseVideoTrack);

/** The facts that decide whether a better engine is offered. */
export function heardWith(
  context: Context,
  {
    language,
    engine,
  }: { readonly language?: string | undefined; readonly engine?: string | undefined },
): Context {
  const { config } = context;
  const speech = speechEngines.find((name) => name === engine) ?? config.engines.speech;
  const languageCode = language ?? config.languageCode;
  return {
    ...context,
    config: { ...config, engines: { ...config.engines, speech }, languageCode },
  };
}

/** The speech options among a command's. */
export function speechOptions(options: SpeechOptions): SpeechOptions {
  const { language, vocabulary, speakers, channels, identifyLanguage, languages } = options;
  const { engine, speechModel, videoTrack, audioTrack } = options;
  const given = {
    language,
    vocabulary,
    speakers,
    channels,
    identifyLanguage,
    languages,
    engine,
    speechModel,
    videoTrack,
    audioTrack,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
