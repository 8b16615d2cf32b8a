import { asMediaError } from "../../media/errors.ts";
import type { ModelCost, ModelStore } from "../../models/model-store.ts";
import { findSherpa } from "./install.ts";
import { detectorOf, hotwordUnit, kindOf } from "./models.ts";
import { sherpaId } from "./transcriber.ts";

/** One speech model as the engine can use it. */
export interface DescribedModel {
  readonly model: string;
  /** The id of the engine with this model, as it stands in jobs' settings. */
  readonly engine: string;
  /** BCP 47 primary codes. Absent: it does not say. */
  readonly languages?: readonly string[];
  /** Whether it can be told phrases to expect. Otherwise words that sound alike are respelled afterwards. */
  readonly takesVocabulary: boolean;
  readonly cost?: ModelCost;
}

/** What the engine sherpa can do on this machine. */
export interface SherpaDescription {
  /** The package's version; absent when it is not installed. */
  readonly version?: string;
  /** Speech models that are here and usable, the preferred first. */
  readonly models: readonly DescribedModel[];
  /** What finds speech: a model's id, or `gate` for our own. */
  readonly voice: string;
  /** Whether speakers can be told apart, and languages be found out. */
  readonly tellsSpeakers: boolean;
  readonly identifiesLanguages: boolean;
  /** Why it cannot be used, or not for all; each with what to do. */
  readonly lacks: readonly { readonly what: string; readonly remedy: string }[];
}

function pullOf(
  store: ModelStore,
  task: "speech" | "voice" | "speaker-segmentation" | "speaker-embedding" | "language",
): string {
  const known = store.known().find((manifest) => manifest.task === task);
  return known === undefined ? "dailies models list" : `dailies models pull ${known.id}`;
}

/** Looks at the package and the models, without loading any. Never throws. */
export function describeSherpa(store: ModelStore): SherpaDescription {
  const lacks: { what: string; remedy: string }[] = [];
  let version: string | undefined;
  try {
    ({ version } = findSherpa());
  } catch (thrown) {
    const { details, message, remedy } = asMediaError(thrown);
    lacks.push({
      what: message,
      remedy: typeof details["install"] === "string" ? details["install"] : remedy,
    });
  }
  const models = store.installed("speech").flatMap((model): DescribedModel[] => {
    try {
      kindOf(model);
    } catch (thrown) {
      const { message, remedy } = asMediaError(thrown);
      lacks.push({ what: message, remedy });
      return [];
    }
    const { id, languages, cost } = model.manifest;
    return [
      {
        model: id,
        engine: sherpaId(model, store.installed("voice")[0]),
        ...(languages === undefined ? {} : { languages }),
        takesVocabulary: hotwordUnit(model) !== undefined,
        ...(cost === undefined ? {} : { cost }),
      },
    ];
  });
  const has = (task: Parameters<typeof pullOf>[1]): boolean => store.installed(task).length > 0;
  const want = (task: Parameters<typeof pullOf>[1], what: string): boolean => {
    if (has(task)) return true;
    lacks.push({ what, remedy: pullOf(store, task) });
    return false;
  };
  want("speech", "no speech model is installed");
  want("voice", "speech is found by a simpler rule without a voice detector");
  const tellsSpeakers = want("speaker-embedding", "speakers are not told apart");
  want("speaker-segmentation", "of two who speak at once only one is heard");
  const identifiesLanguages =
    detectorOf(store) !== undefined || want("language", "the language is not found out");
  return {
    ...(version === undefined ? {} : { version }),
    models,
    voice: store.installed("voice")[0]?.manifest.id ?? "gate",
    tellsSpeakers,
    identifiesLanguages,
    lacks,
  };
}
