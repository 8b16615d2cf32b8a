import { MediaError } from "../../media/errors.ts";
import type { InstalledModel, ModelStore } from "../../models/model-store.ts";
import { commonCode } from "./languages.ts";
import type { PieceRules, RecognizerConfig } from "./protocol.ts";

/** How a kind of model is used; the kinds' names are those of the manifest's `kind`. */
interface Kind {
  /** How long one step of its is, ms: no word is shorter. `settings.frameMs` goes before it. */
  readonly frameMs: number;
  /** Whether it can be told which phrases to expect. */
  readonly takesHotwords: boolean;
  readonly pieces: PieceRules;
  /** Whether it gives no times of words, or rough ones, so that they are aligned where that is possible. */
  readonly needsAlignment: boolean;
  /** sherpa's `modelConfig`, without what all have. */
  config(model: InstalledModel, language: string): Record<string, unknown>;
}

/** Transducers write what they find, frame by frame, and nothing else. */
const transducerPieces: PieceRules = { longestMs: 29_480, pauseMs: 1_000, paddingMs: 0 };

/**
 * Whisper and Moonshine write text by attention, token after token, and understand more the more they get, up
 * to 30 s with the silence. sherpa ends them after 6 tokens a second of sound: silence makes room for what is
 * spoken quickly, and keeps digits that would be lost at the end of a piece.
 */
const attentionPieces: PieceRules = {
  longestMs: 26_500,
  pauseMs: 1_000,
  usefulMs: 10_000,
  paddingMs: 3_000,
  tokensPerSecond: 6,
  tokensAreBytes: true,
};

const transducerFiles = (model: InstalledModel) => ({
  encoder: model.file("encoder"),
  decoder: model.file("decoder"),
  joiner: model.file("joiner"),
});

const zipformer: Kind = {
  frameMs: 40,
  takesHotwords: true,
  pieces: transducerPieces,
  needsAlignment: false,
  config: (model) => ({ transducer: transducerFiles(model), modelType: "transducer" }),
};

const kinds: Readonly<Record<string, Kind>> = {
  nemo_transducer: {
    frameMs: 80,
    takesHotwords: true,
    pieces: transducerPieces,
    needsAlignment: false,
    config: (model) => ({ transducer: transducerFiles(model), modelType: "nemo_transducer" }),
  },
  zipformer2: zipformer,
  transducer: zipformer,
  whisper: {
    frameMs: 20,
    takesHotwords: false,
    pieces: attentionPieces,
    needsAlignment: true,
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
  moonshine: {
    frameMs: 20,
    takesHotwords: false,
    pieces: attentionPieces,
    needsAlignment: true,
    config: (model) => ({
      moonshine: { encoder: model.file("encoder"), mergedDecoder: model.file("decoder") },
    }),
  },
  sense_voice: {
    frameMs: 60,
    takesHotwords: false,
    pieces: transducerPieces,
    needsAlignment: true,
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

/** How a model wants its sound; `settings.longestMs` is the longest piece, with its silence, that it takes. */
export function piecesOf(model: InstalledModel): PieceRules {
  const { pieces } = kindOf(model);
  const own = model.manifest.settings?.["longestMs"];
  if (typeof own !== "number" || own <= 0) return pieces;
  const longestMs = Math.min(pieces.longestMs, Math.max(1_000, own - pieces.paddingMs));
  return { ...pieces, longestMs };
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

/** How much phrases are favoured: as in sherpa's example; with more they are found where nobody says them. */
const hotwordsScore = 1.5;

/**
 * sherpa's configuration for a model. `language` is a primary code, or empty to find out. One thread: several
 * pieces at the same time use several processors better than several threads a piece.
 */
export function recognizerConfig(
  model: InstalledModel,
  options: { language: string; hotwords: boolean },
): RecognizerConfig {
  const unit = options.hotwords ? hotwordUnit(model) : undefined;
  const dim = model.manifest.settings?.["featureDim"];
  return {
    featConfig: { sampleRate: 16_000, featureDim: typeof dim === "number" ? dim : 80 },
    modelConfig: {
      ...kindOf(model).config(model, options.language),
      tokens: model.file("tokens"),
      numThreads: 1,
      provider: "cpu",
      debug: 0,
      ...unit,
    },
    ...(unit === undefined
      ? { decodingMethod: "greedy_search" }
      : { decodingMethod: "modified_beam_search", maxActivePaths: 4, hotwordsScore }),
  };
}

/** Whether a model knows a language. One that names none is taken to know it: who installed it knows why. */
export function knowsLanguage(model: InstalledModel, languageCode: string): boolean {
  const { languages } = model.manifest;
  return languages === undefined || languages.map(commonCode).includes(commonCode(languageCode));
}

/** Whether a model writes English, whatever is said. */
export function writesEnglishOnly({ manifest: { languages = [] } }: InstalledModel): boolean {
  return languages.length === 1 && commonCode(languages[0] ?? "") === "en";
}

/** A language by the model's own code: what it does not know would end its process. */
export function ownCode(model: InstalledModel, languageCode: string): string {
  const common = commonCode(languageCode);
  return model.manifest.languages?.find((one) => commonCode(one) === common) ?? common;
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

/** What tells languages: a model for that, else a speech model that knows many and says which it finds. */
export function detectorOf(store: ModelStore): InstalledModel | undefined {
  const [detector] = store.installed("language");
  if (detector !== undefined) return detector;
  return store.installed("speech").find(saysLanguage);
}

/** Whether a model says of each piece in which language it is. */
export function saysLanguage({ manifest }: InstalledModel): boolean {
  return manifest.kind === "whisper" && (manifest.languages?.length ?? 2) > 1;
}

/** @throws MediaError `model_missing` with the command that gets a detector */
export function requireDetector(store: ModelStore): InstalledModel {
  return detectorOf(store) ?? requireModel(store, "language", "finding out the language");
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
