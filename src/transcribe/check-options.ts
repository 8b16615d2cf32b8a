import { MediaError } from "../media/errors.ts";
import type { TranscriptionOptions } from "../media/speech.ts";
import type { ModelStore } from "../models/model-store.ts";
import { pullCommand } from "./pull-command.ts";
import { speechAbilities, type SpeechEngine, type SpeechNeed } from "./speech-engine.ts";

/**
 * What an engine has to know for these options. The first language is taken when none is found.
 */
export function needOf(
  options: TranscriptionOptions,
  defaultLanguage: string,
): SpeechNeed & { readonly languages: readonly [string, ...string[]] } {
  const { languageCode, identifyLanguage, model = "none" } = options;
  const wanted = model === "none" ? {} : { model };
  const finds = identifyLanguage !== undefined && identifyLanguage !== "none";
  const candidates = finds ? (identifyLanguage.candidates ?? []) : [];
  const [first, ...others] = candidates;
  if (first === undefined)
    return { languages: [languageCode ?? defaultLanguage], ...wanted, anyLanguage: finds };
  const languages =
    languageCode === undefined
      ? ([first, ...others] as const)
      : ([languageCode, ...candidates] as const);
  return { languages: [...languages], ...wanted };
}

/** No engine that is here knows the languages. The error says whether a model to fetch does. */
function unknownLanguages(models: ModelStore, languages: readonly string[]): MediaError {
  const command = pullCommand(models, languages);
  const named = languages.join(", ");
  if (command === undefined)
    return new MediaError("unsupported_language", `no speech engine knows ${named}`, {
      details: { languages },
    });
  return new MediaError(
    "unsupported_language",
    `no speech engine that is here knows ${named}; one that does comes with: ${command}`,
    { details: { languages, command } },
  );
}

/** The engine that was chosen for some options, and what it was chosen by. */
interface Choice {
  readonly engine: SpeechEngine;
  /** Whether the options or the configuration name this engine. */
  readonly isNamed: boolean;
  readonly need: SpeechNeed;
  readonly models: ModelStore;
}

/** See `Speech.check`. */
export function checkOptions(options: TranscriptionOptions, choice: Choice): void {
  const { engine, isNamed, need, models } = choice;
  const { languages } = need;
  const missing = isNamed ? engine.missing(need) : undefined;
  if (missing !== undefined) throw missing;
  for (const ability of speechAbilities)
    if (options[ability] !== undefined && options[ability] !== "none")
      engine.require(ability, languages);
  const { languageCode, identifyLanguage, engine: named, model } = options;
  const isAsked = languageCode ?? identifyLanguage ?? named ?? model;
  if (isAsked !== undefined && !engine.knows(need)) throw unknownLanguages(models, languages);
}
