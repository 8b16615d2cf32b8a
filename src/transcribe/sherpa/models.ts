import { MediaError } from "../../media/errors.ts";
import type { InstalledModel, ModelStore } from "../../models/model-store.ts";
import { primaryOf } from "./languages.ts";

/** What is told of how a kind of model is used; its words are those of the manifest's `kind`. */
interface Kind {
  /** How long one step of its is, ms: no word is shorter. `settings.frameMs` goes before it. */
  readonly frameMs: number;
  /** Whether it can be made to listen for phrases. */
  readonly takesHotwords: boolean;
  /** sherpa's `modelConfig`, without what all have. */
  config(model: InstalledModel, language: string): Record<string, unknown>;
}

const transducerFiles = (model: InstalledModel) => ({
  encoder: model.file("encoder"),
  decoder: model.file("decoder"),
  joiner: model.file("joiner"),
});

const zipformer: Kind = {
  frameMs: 40,
  takesHotwords: true,
  config: (model) => ({ transducer: transducerFiles(model), modelType: "transducer" }),
};

const kinds: Readonly<Record<string, Kind>> = {
  nemo_transducer: {
    frameMs: 80,
    takesHotwords: true,
    config: (model) => ({ transducer: transducerFiles(model), modelType: "nemo_transducer" }),
  },
  zipformer2: zipformer,
  transducer: zipformer,
  whisper: {
    frameMs: 20,
    takesHotwords: false,
    config: (model, language) => ({
      whisper: {
        encoder: model.file("encoder"),
        decoder: model.file("decoder"),
        language, // empty: it finds out
        task: "transcribe",
        tailPaddings: -1,
        enableTokenTimestamps: 1,
      },
    }),
  },
  sense_voice: {
    frameMs: 60,
    takesHotwords: false,
    config: (model, language) => ({
      senseVoice: {
        model: model.file("model"),
        language: language === "" ? "auto" : language,
        useInverseTextNormalization: 1,
        useItn: 1,
      },
    }),
  },
};

/** The kinds of speech model that this engine can load. */
export const speechKinds: readonly string[] = Object.keys(kinds);

/** @throws MediaError `model_invalid` when no way of loading it is known */
export function kindOf(model: InstalledModel): Kind {
  const kind = kinds[model.manifest.kind];
  if (kind !== undefined) return kind;
  const { id } = model.manifest;
  const message = `the model ${id} is a ${JSON.stringify(model.manifest.kind)}, which sherpa is not used for here`;
  throw new MediaError("model_invalid", message, { details: { known: speechKinds } });
}

export function frameMsOf(model: InstalledModel): number {
  const own = model.manifest.settings?.["frameMs"];
  return typeof own === "number" && own > 0 ? own : kindOf(model).frameMs;
}

/**
 * How phrases are put to a model: as words, which need its vocabulary (`bpe`), or as characters
 * (`settings.modelingUnit` = `cjkchar`). Undefined when it takes none.
 */
export function hotwordUnit(model: InstalledModel): Record<string, unknown> | undefined {
  if (!kindOf(model).takesHotwords) return undefined;
  if (model.manifest.files["bpe"] !== undefined)
    return { modelingUnit: "bpe", bpeVocab: model.file("bpe") };
  return model.manifest.settings?.["modelingUnit"] === "cjkchar"
    ? { modelingUnit: "cjkchar" }
    : undefined;
}

/** How much phrases are favoured: sherpa's own example; more makes them heard where they are not. */
const hotwordsScore = 1.5;

/** sherpa's configuration for a model. `language` is a primary code, or empty to find out. */
export function recognizerConfig(
  model: InstalledModel,
  options: { language: string; threads: number; hotwords: boolean },
): object {
  const unit = options.hotwords ? hotwordUnit(model) : undefined;
  const dim = model.manifest.settings?.["featureDim"];
  return {
    featConfig: { sampleRate: 16_000, featureDim: typeof dim === "number" ? dim : 80 },
    modelConfig: {
      ...kindOf(model).config(model, options.language),
      tokens: model.file("tokens"),
      numThreads: options.threads,
      provider: "cpu",
      debug: 0,
      ...unit,
    },
    ...(unit === undefined
      ? { decodingMethod: "greedy_search" }
      : { decodingMethod: "modified_beam_search", maxActivePaths: 4, hotwordsScore }),
  };
}

/** Whether a model understands a language: one that names none leaves it to whoever installed it. */
export function knowsLanguage(model: InstalledModel, languageCode: string): boolean {
  const { languages } = model.manifest;
  return languages === undefined || languages.map(primaryOf).includes(primaryOf(languageCode));
}

/** @throws MediaError `unsupported_language` */
export function requireLanguage(model: InstalledModel, languageCode: string): void {
  if (knowsLanguage(model, languageCode)) return;
  const { id, languages = [] } = model.manifest;
  throw new MediaError(
    "unsupported_language",
    `the model ${id} does not know ${JSON.stringify(languageCode)}; it knows ${languages.join(", ")}`,
    { details: { model: id, languages } },
  );
}

/** The first model that is here for a task. @throws MediaError `model_missing` with the command that gets it */
export function requireModel(
  store: ModelStore,
  task: "speaker-segmentation" | "speaker-embedding" | "language",
  what: string,
): InstalledModel {
  const [model] = store.installed(task);
  if (model !== undefined) return model;
  const known = store.known().find((manifest) => manifest.task === task);
  const command = known === undefined ? undefined : `dailies models pull ${known.id}`;
  const how = command === undefined ? `of the task ${task}` : `: ${command}`;
  throw new MediaError("model_missing", `${what} needs a model that is not here${how}`, {
    details: { task, ...(command === undefined ? {} : { command }) },
  });
}
