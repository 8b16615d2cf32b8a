import type { Config } from "../config/config.ts";
import { chooseEntry, engineNamed } from "../media/engine-registry.ts";
import { MediaError } from "../media/errors.ts";
import type { JobSettings } from "../media/job.ts";
import {
  optionSettings,
  speechEngineNames,
  type SpeechEngineName,
  type TranscriptionOptions,
} from "../media/speech.ts";
import type { ModelStore } from "../models/model-store.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { checkOptions, needOf } from "./check-options.ts";
import { pocketsphinxEngine } from "./pocketsphinx/engine.ts";
import { sherpaEngine } from "./sherpa/engine.ts";
import { speakerSettings } from "./speakers/models.ts";
import type { SpeechEngine, SpeechNeed } from "./speech-engine.ts";
import type { Transcriber } from "./transcriber.ts";

interface Parts {
  readonly config: Pick<Config, "engines" | "languageCode" | "findsLanguage" | "limits" | "speech">;
  readonly sandbox: Sandbox;
  readonly objects: ObjectStore;
  readonly models: ModelStore;
}

/** Makes each speech engine. An engine is added here, and to the names in `media/speech.ts`. */
const engines = {
  sherpa: sherpaEngine,
  pocketsphinx: pocketsphinxEngine,
} satisfies Record<
  SpeechEngineName,
  (parts: Omit<Parts, "config"> & Pick<Config, "limits">) => SpeechEngine
>;

/** Which engine transcribes, and which language is spoken. */
interface Choice {
  readonly engine: SpeechEngineName;
  /** The engine's id, for a job's settings. */
  readonly id: string;
  /** BCP 47. */
  readonly languageCode: string;
}

/** The speech engines of this machine. */
export interface Speech {
  readonly engines: readonly SpeechEngine[];
  /**
   * What transcribes a media file with these options: the engine that they or the configuration name;
   * for `auto` the first that works here and knows the languages, else the last. Where nothing says what is
   * spoken, and the library finds it out, a model of several languages goes before others. Never throws: a
   * job fails with what is missing.
   */
  choose(options?: TranscriptionOptions): Choice;
  /**
   * The options, with the language that a sound track's tag names: only where neither they nor the library's
   * settings say what is spoken, and the engine that would be used then accepts it.
   * @param tag BCP 47, as `taggedLanguage` gives it
   */
  heeding(options: TranscriptionOptions, tag: string | undefined): TranscriptionOptions;
  /** What decides a transcript with these options and the library's settings: part of a job's settings. */
  settings(options?: TranscriptionOptions): {
    readonly transcriber: string;
    readonly languageCode: string;
    readonly speech: JobSettings;
  };
  /**
   * Refuses options that no engine here can meet, before anything is done.
   * @throws MediaError `unsupported_language`, `model_missing` with the command that gets it, `engine_missing`
   */
  check(options: TranscriptionOptions): void;
  /**
   * The transcriber of that id. A job is done by the one that its settings name, and by no other.
   * @throws MediaError `model_missing` when it is not here any more
   */
  readonly transcriberOf: (id: string | undefined) => Transcriber;
  close(): Promise<void>;
}

/** The registry of speech engines on this machine. Nothing is loaded before there is work. */
export function createSpeech({ config, ...parts }: Parts): Speech {
  const { limits } = config;
  const registry = speechEngineNames.map((name) => engines[name]({ ...parts, limits }));
  const find = (options: TranscriptionOptions) => {
    const said = needOf(options, config.languageCode);
    // Only one engine has models of that name.
    const wanted = said.model === undefined ? (options.engine ?? config.engines.speech) : "sherpa";
    const isUnsaid = options.languageCode === undefined && options.identifyLanguage === undefined;
    const works = (one: SpeechEngine, need: SpeechNeed): boolean =>
      one.missing(need) === undefined && one.knows(need);
    const several = { ...said, several: true };
    const finds =
      isUnsaid &&
      config.findsLanguage &&
      registry.some((one) => ["auto", one.name].includes(wanted) && works(one, several));
    const need = finds ? several : said;
    const engine = chooseEntry(registry, wanted, (one) => works(one, need));
    return { engine, need, isNamed: wanted !== "auto", finds };
  };
  const choose = (options: TranscriptionOptions = {}): Choice => {
    const { engine, need } = find(options);
    const { id } = engine.best(need);
    return { engine: engine.name, id, languageCode: need.languages[0] };
  };
  const check = (options: TranscriptionOptions): void =>
    checkOptions(options, { ...find(options), models: parts.models });
  return {
    engines: registry,
    choose,
    heeding(options, tag) {
      const isSaid = options.languageCode !== undefined || options.identifyLanguage !== undefined;
      if (tag === undefined || isSaid || !config.findsLanguage) return options;
      // `en` alone is the usual English: other settings would make another job.
      const isUsual = tag === config.languageCode.split("-")[0];
      const tagged = { ...options, languageCode: isUsual ? config.languageCode : tag };
      try {
        check(tagged);
        return tagged;
      } catch (error) {
        if (error instanceof MediaError) return options;
        throw error;
      }
    },
    settings(options = {}) {
      const { id: transcriber, languageCode } = choose(options);
      // Who asks for speakers does not ask for channels.
      const asked = {
        ...(options.speakers === undefined ? config.speech : {}),
        ...(find(options).finds ? { identifyLanguage: {} } : {}),
      };
      const own = optionSettings({ ...asked, ...options });
      return {
        transcriber,
        languageCode,
        speech: { ...own, ...speakerSettings(parts.models, options) },
      };
    },
    check,
    transcriberOf(id = choose().id) {
      const transcriber = engineNamed(registry, id);
      if (transcriber !== undefined) return transcriber;
      throw new MediaError("model_missing", `there is no speech engine ${id} here`, {
        details: { engine: id, command: "dailies reprocess" },
      });
    },
    close: async () => void (await Promise.all(registry.map((engine) => engine.close()))),
  };
}
