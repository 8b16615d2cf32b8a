import { MediaError } from "../media/errors.ts";
import type { TranscriptionOptions } from "../media/speech.ts";
import type { ModelStore } from "../models/model-store.ts";
import { pullCommand } from "./pull-command.ts";
import { speechAbilities, type SpeechEngine } from "./speech-engine.ts";

/**
 * The languages that an engine has to know for these options. The first one is taken when no language
 * is found.
 */
export function languagesOf(
  options: TranscriptionOptions,
  defaultLanguage: string,
): readonly [string, ...string[]] {
  const { languageCode, identifyLanguage } = options;
  const finds = identifyLanguage !== undefined && identifyLanguage !== "none";
  const candidates = finds ? (identifyLanguage.candidates ?? []) : [];
  const [first, ...others] = candidates;
  if (first === undefined) return [languageCode ?? defaultLanguage];
  return languageCode === undefined ? [first, ...others] : [languageCode, ...candidates];
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
  readonly languages: readonly string[];
  readonly models: ModelStore;
}

/** See `Speech.check`. */
export function checkOptions(options: TranscriptionOptions, choice: Choice): void {
  const { engine, isNamed, languages, models } = choice;
  const missing = isNamed ? engine.missing(languages) : undefined;
  if (missing !== undefined) throw missing;
  for (const ability of speechAbilities)
    if (options[ability] !== undefined && options[ability] !== "none")
      engine.require(ability, languages);
  const isAsked = options.languageCode ?? options.identifyLanguage ?? options.engine;
  if (isAsked !== undefined && !engine.knows(languages)) throw unknownLanguages(models, languages);
}
