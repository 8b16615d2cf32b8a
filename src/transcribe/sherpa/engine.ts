import { unavailableEngine } from "../../media/engine-registry.ts";
import { asMediaError, MediaError } from "../../media/errors.ts";
import type { InstalledModel, ModelStore } from "../../models/model-store.ts";
import { createPocketsphinxAligner } from "../align/pocketsphinx.ts";
import { pullCommand } from "../pull-command.ts";
import { type SpeechEngine, type SpeechNeed } from "../speech-engine.ts";
import { speakerModels } from "../speakers/models.ts";
import type { Transcriber } from "../transcriber.ts";
import { describeSherpa } from "./describe.ts";
import { findSherpa } from "./install.ts";
import { detectorOf, knowsLanguage, requireDetector, saysLanguage } from "./models.ts";
import {
  createSherpaTranscriber,
  sherpaId,
  type SherpaOptions,
  type SherpaTranscriber,
} from "./transcriber.ts";

/** How many languages a model knows; one that names none was brought by somebody for theirs. */
const languageCount = ({ manifest }: InstalledModel): number => manifest.languages?.length ?? 1;

/** Whether a model knows several languages, and says which one it hears, or something else here does. */
function findsLanguage(models: ModelStore, model: InstalledModel): boolean {
  return languageCount(model) > 1 && (saysLanguage(model) || detectorOf(models) !== undefined);
}

/**
 * A model that can be loaded here and knows all of the languages, in the manifest's order of preference; where
 * any may be spoken, one that knows more than others goes before them.
 */
function usableModel(
  models: ModelStore,
  { languages, anyLanguage, several, model: id }: SpeechNeed,
): InstalledModel | undefined {
  const { version, models: described } = describeSherpa(models);
  if (version === undefined) return undefined;
  const able = described
    .flatMap(({ model }) => models.find(model) ?? [])
    .filter((model) => id === undefined || model.manifest.id === id)
    .filter((model) => languages.every((language) => knowsLanguage(model, language)))
    .filter((model) => several !== true || findsLanguage(models, model));
  if (anyLanguage !== true) return able[0];
  return able.toSorted((a, b) => languageCount(b) - languageCount(a))[0];
}
/** A model that is named and not here. */
function noSuchModel(models: ModelStore, id: string): MediaError {
  const isKnown = models.known().some((one) => one.id === id && one.task === "speech");
  const here = models.installed("speech").map(({ manifest }) => manifest.id);
  if (isKnown) {
    const command = `dailies models pull ${id}`;
    const message = `the speech model ${id} is not here: ${command}`;
    return new MediaError("model_missing", message, { details: { engine: "sherpa", command } });
  }
  const which = here.length === 0 ? "none is here" : `here are ${here.join(", ")}`;
  return new MediaError("invalid_argument", `no speech model is called ${id}; ${which}`);
}
/** No model is here at all. */
function noModel(models: ModelStore, { languages }: SpeechNeed = { languages: [] }): MediaError {
  const command = pullCommand(models, languages) ?? "dailies models pull speech";
  return new MediaError("model_missing", `the speech engine sherpa has no model: ${command}`, {
    details: { engine: "sherpa", command },
  });
}

/** sherpa, as the registry has it: a transcriber for each speech model, made when it is first needed. */
export function sherpaEngine(options: Omit<SherpaOptions, "model" | "voice">): SpeechEngine {
  const { models } = options;
  const made = new Map<string, SherpaTranscriber>();
  const aligner = createPocketsphinxAligner(options.sandbox);

  function transcriberWith(model: InstalledModel, voice: InstalledModel | undefined): Transcriber {
    const id = sherpaId(model, voice);
    const transcriber =
      made.get(id) ?? createSherpaTranscriber({ ...options, aligner, model, voice });
    made.set(id, transcriber);
    return transcriber;
  }
  return {
    name: "sherpa",
    ids: /^sherpa(\/|$)/,
    can: { speakers: true, identifyLanguage: true, vocabulary: true },
    missing(need) {
      try {
        findSherpa();
      } catch (thrown) {
        return asMediaError(thrown);
      }
      const here = models.installed("speech");
      const id = need?.model;
      if (id !== undefined && !here.some(({ manifest }) => manifest.id === id))
        return noSuchModel(models, id);
      return here.length === 0 ? noModel(models, need) : undefined;
    },
    knows: (need) => usableModel(models, need) !== undefined,
    best(need = { languages: [] }) {
      const named = need.model === undefined ? undefined : models.find(need.model);
      const model = usableModel(models, need) ?? named ?? models.installed("speech")[0];
      if (model === undefined) return unavailableEngine("sherpa", () => noModel(models, need));
      return transcriberWith(model, models.installed("voice")[0]);
    },
    named(id) {
      for (const model of models.installed("speech"))
        for (const voice of [...models.installed("voice"), undefined])
          if (sherpaId(model, voice) === id) return transcriberWith(model, voice);
      if (id === "sherpa") throw noModel(models);
      throw modelGone(id);
    },
    require(ability) {
      if (ability === "identifyLanguage") requireDetector(models);
      else speakerModels(models);
    },
    close: async () => {
      await Promise.all([...made.values()].map((transcriber) => transcriber.close()));
    },
  };
}

/** A job names a model that is not here any more. */
function modelGone(engine: string): MediaError {
  const message = `this was to be transcribed by ${engine}, which is not here any more: dailies reprocess takes the engine that is`;
  return new MediaError("model_missing", message, {
    details: { engine, command: "dailies reprocess" },
  });
}
