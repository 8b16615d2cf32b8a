import { MediaError } from "../media/errors.ts";
import type { TranscriptionOptions } from "../media/speech.ts";
import type { InstalledModel, ModelStore } from "../models/model-store.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { createPocketsphinxTranscriber } from "./pocketsphinx/transcriber.ts";
import { describeSherpa } from "./sherpa/describe.ts";
import { knowsLanguage } from "./sherpa/models.ts";
import { createSherpaTranscriber, sherpaId } from "./sherpa/transcriber.ts";
import type { SherpaTranscriber } from "./sherpa/transcriber.ts";
import type { Transcriber } from "./transcriber.ts";
import type { Config } from "../config/config.ts";
import { checkOptions, languagesOf, type Choice } from "./check-options.ts";

interface Parts {
  readonly config: Pick<Config, "engines" | "languageCode" | "limits">;
  readonly sandbox: Sandbox;
  readonly objects: ObjectStore;
  readonly models: ModelStore;
}

/** The speech engines of this machine. */
export interface Speech {
  /** What a media with this wish is to be heard by. Never throws: what is missing, the job says. */
  choose(wish?: TranscriptionOptions): Choice;
  /**
   * Refuses what could not be done, before anything is.
   * @throws MediaError `unsupported_language`, `model_missing` with the command that gets it, `engine_missing`
   */
  check(wish: TranscriptionOptions): void;
  /**
   * The engine of that id: a job is heard by the one that its settings name, and by no other.
   * @throws MediaError `model_missing` when it is not here any more
   */
  readonly transcriberOf: (engine: string | undefined) => Transcriber;
  close(): Promise<void>;
}

/**
 * Composes the speech engines. `auto` is sherpa when its package and a model that knows the language
 * are here, else the draft engine; `sherpa` is that or nothing: the jobs then fail and say what is
 * missing.
 */
export function composeSpeech(parts: Parts): Speech {
  const { config, sandbox, objects, models } = parts;
  const { limits } = config;
  const draft = createPocketsphinxTranscriber({ sandbox, objects, limits });
  /** By id; made when first asked for. */
  const made = new Map<string, SherpaTranscriber>();

  function sherpa(model: InstalledModel, voice: InstalledModel | undefined): SherpaTranscriber {
    const id = sherpaId(model, voice);
    const known = made.get(id);
    if (known !== undefined) return known;
    const transcriber = createSherpaTranscriber({ sandbox, objects, limits, models, model, voice });
    made.set(id, transcriber);
    return transcriber;
  }
  /** What the engine of that id is made of, as far as it is here. */
  function found(id: string): SherpaTranscriber | undefined {
    for (const model of models.installed("speech"))
      for (const voice of [...models.installed("voice"), undefined])
        if (sherpaId(model, voice) === id) return sherpa(model, voice);
    return undefined;
  }
  /** A model that can be loaded here and knows all of these, in the manifest's order of preference. */
  function usableModel(languages: readonly string[]): InstalledModel | undefined {
    const { version, models: described } = describeSherpa(models);
    if (version === undefined) return undefined;
    return described
      .flatMap(({ model }) => models.find(model) ?? [])
      .find((model) => languages.every((language) => knowsLanguage(model, language)));
  }
  function choose(wish: TranscriptionOptions = {}): Choice {
    const languages = languagesOf(wish, config.languageCode);
    const [languageCode] = languages;
    const engine = wish.engine ?? config.engines.speech;
    if (engine === "pocketsphinx") return { id: draft.id, languageCode };
    const fit = usableModel(languages);
    const model = fit ?? (engine === "sherpa" ? models.installed("speech")[0] : undefined);
    if (model !== undefined)
      return { id: sherpa(model, models.installed("voice")[0]).id, languageCode };
    return { id: engine === "sherpa" ? "sherpa" : draft.id, languageCode };
  }
  return {
    choose,
    check: (wish) => checkOptions(wish, { config, models, usableModel, chosen: choose(wish).id }),
    transcriberOf(engine = choose().id) {
      // There is one of its kind: what an older recipe was asked for, the newer does as well.
      if (engine.startsWith("pocketsphinx/")) return draft;
      const transcriber = found(engine);
      if (transcriber !== undefined) return transcriber;
      const speech = models.known().find(({ task }) => task === "speech");
      const command = `dailies models pull ${speech?.id ?? "speech"}`;
      throw new MediaError(
        "model_missing",
        engine === "sherpa"
          ? `the speech engine sherpa has no model: ${command}`
          : `this was to be heard by ${engine}, which is not here any more: dailies reprocess asks the one that is`,
        { details: { engine, command } },
      );
    },
    close: async () => {
      await Promise.all([...made.values()].map((transcriber) => transcriber.close()));
    },
  };
}
