import type { EngineEntry } from "../media/engine-registry.ts";
import type { MediaError } from "../media/errors.ts";
import type { SpeechEngineName } from "../media/speech.ts";
import type { Transcriber } from "./transcriber.ts";

/** What may be asked of a speech engine besides the words. */
export const speechAbilities = ["speakers", "identifyLanguage"] as const;
export type SpeechAbility = (typeof speechAbilities)[number];

/** What a speech engine can do, given its models. */
export interface SpeechCapabilities {
  /** Whether it tells speakers apart. */
  readonly speakers: boolean;
  /** Whether it finds out the language. */
  readonly identifyLanguage: boolean;
  /** Whether it can listen for a vocabulary. */
  readonly vocabulary: boolean;
  /** `draft`: many words are misheard. */
  readonly quality?: "draft";
}

/** What a speech engine has to know. */
export interface SpeechNeed {
  /** BCP 47. */
  readonly languages: readonly string[];
  /** Any other language may be spoken as well: the model that knows most is the best. */
  readonly anyLanguage?: boolean;
  /** The model has to know several languages, and something here has to tell which one is spoken. */
  readonly several?: boolean;
  /** The id of the model that is wanted. */
  readonly model?: string;
}

/** A speech engine of this machine. */
export interface SpeechEngine extends EngineEntry<Transcriber> {
  readonly name: SpeechEngineName;
  readonly can: SpeechCapabilities;
  /** Why it cannot work here. `need`: what the model to fetch should know. */
  missing(need?: SpeechNeed): MediaError | undefined;
  /** Whether a model that is here, the wanted one if there is one, knows all of the languages. */
  knows(need: SpeechNeed): boolean;
  /** The transcriber for new jobs with that need; where none fits, one whose `begin` says why. */
  best(need?: SpeechNeed): Transcriber;
  /**
   * Refuses what it, or the models that are here, cannot do.
   * @throws MediaError `model_missing` with the command that gets the model
   */
  require(ability: SpeechAbility, languages: readonly string[]): void;
}

/** Each ability in words. */
export const abilityNames: Readonly<Record<SpeechAbility, string>> = {
  speakers: "telling speakers apart",
  identifyLanguage: "finding out the language",
};
