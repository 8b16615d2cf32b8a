import { unavailableEngine } from "../../media/engine-registry.ts";
import { asMediaError, MediaError } from "../../media/errors.ts";
import type { InstalledModel } from "../../models/model-store.ts";
import { pullCommand } from "../pull-command.ts";
import { abilityNames, type SpeechEngine } from "../speech-engine.ts";
import type { Transcriber } from "../transcriber.ts";
import { describeSherpa } from "./describe.ts";
import { findSherpa } from "./install.ts";
import { knowsLanguage, requireModel } from "./models.ts";
import {
  createSherpaTranscriber,
  sherpaId,
  type SherpaOptions,
  type SherpaTranscriber,
} from "./transcriber.ts";

const modelTasks = {
  speakers: ["speaker-segmentation", "speaker-embedding"],
  identifyLanguage: ["language"],
} as const;

/** sherpa, as the registry has it: a transcriber for each speech model, made when it is first needed. */
export function sherpaEngine(options: Omit<SherpaOptions, "model" | "voice">): SpeechEngine {
  const { models } = options;
  const made = new Map<string, SherpaTranscriber>();

  function transcriberWith(model: InstalledModel, voice: InstalledModel | undefined): Transcriber {
    const id = sherpaId(model, voice);
    const transcriber = made.get(id) ?? createSherpaTranscriber({ ...options, model, voice });
    made.set(id, transcriber);
    return transcriber;
  }
  /** A model that can be loaded here and knows all of these, in the manifest's order of preference. */
  function usableModel(languages: readonly string[]): InstalledModel | undefined {
    const { version, models: described } = describeSherpa(models);
    if (version === undefined) return undefined;
    return described
      .flatMap(({ model }) => models.find(model) ?? [])
      .find((model) => languages.every((language) => knowsLanguage(model, language)));
  }
  const noModel = (languages: readonly string[] = []): MediaError => {
    const command = pullCommand(models, languages) ?? "dailies models pull speech";
    return new MediaError("model_missing", `the speech engine sherpa has no model: ${command}`, {
      details: { engine: "sherpa", command },
    });
  };

  return {
    name: "sherpa",
    ids: /^sherpa(\/|$)/,
    can: { speakers: true, identifyLanguage: true, vocabulary: true },
    missing(languages) {
      try {
        findSherpa();
      } catch (thrown) {
        return asMediaError(thrown);
      }
      return models.installed("speech").length === 0 ? noModel(languages) : undefined;
    },
    knows: (languages) => usableModel(languages) !== undefined,
    best(languages = []) {
      const model = usableModel(languages) ?? models.installed("speech")[0];
      if (model === undefined) return unavailableEngine("sherpa", () => noModel(languages));
      return transcriberWith(model, models.installed("voice")[0]);
    },
    named(id) {
      for (const model of models.installed("speech"))
        for (const voice of [...models.installed("voice"), undefined])
          if (sherpaId(model, voice) === id) return transcriberWith(model, voice);
      if (id === "sherpa") throw noModel();
      throw modelGone(id);
    },
    require(ability) {
      for (const task of modelTasks[ability]) requireModel(models, task, abilityNames[ability]);
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
