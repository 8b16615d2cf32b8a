import { MediaError } from "../media/errors.ts";
import type { TranscriptionOptions } from "../media/speech.ts";
import type { InstalledModel, ModelStore } from "../models/model-store.ts";
import { draftCannot, knowsDraftLanguage } from "./pocketsphinx/limits.ts";
import { findSherpa } from "./sherpa/install.ts";
import { primaryOf } from "./sherpa/languages.ts";
import { requireModel } from "./sherpa/models.ts";
import type { Config } from "../config/config.ts";

/** Who is to hear, and which language. */
export interface Choice {
  /** The engine's id, as jobs' settings have it. */
  readonly id: string;
  /** BCP 47. */
  readonly languageCode: string;
}

/** The languages that have to be known for a wish, the first of which is taken where none is found. */
export function languagesOf(
  wish: TranscriptionOptions,
  usual: string,
): readonly [string, ...string[]] {
  const { languageCode, identifyLanguage } = wish;
  const finds = identifyLanguage !== undefined && identifyLanguage !== "none";
  const candidates = finds ? (identifyLanguage.candidates ?? []) : [];
  const [first, ...others] = candidates;
  if (first === undefined) return [languageCode ?? usual];
  return languageCode === undefined ? [first, ...others] : [languageCode, ...candidates];
}

interface Here {
  readonly config: Pick<Config, "engines" | "languageCode">;
  readonly models: ModelStore;
  /** A model that is here and knows all of these. */
  readonly usableModel: (languages: readonly string[]) => InstalledModel | undefined;
  /** The engine that was chosen for the wish. */
  readonly chosen: string;
}

/** The command that gets a model which knows these languages; undefined when none is known. */
function pullFor(models: ModelStore, languages: readonly string[]): string | undefined {
  const knows = (spoken: readonly string[] = []) =>
    languages.every((language) => spoken.includes(primaryOf(language)));
  const known = models.known().find((model) => model.task === "speech" && knows(model.languages));
  return known === undefined ? undefined : `dailies models pull ${known.id}`;
}

/** No engine that is here knows the languages: is there one that would? */
function checkLanguages(languages: readonly string[], { models, usableModel, chosen }: Here): void {
  const isDraft = chosen.startsWith("pocketsphinx/");
  const isKnown = isDraft
    ? languages.every(knowsDraftLanguage)
    : usableModel(languages) !== undefined;
  if (isKnown) return;
  const command = pullFor(models, languages);
  const named = languages.join(", ");
  if (command === undefined)
    throw new MediaError("unsupported_language", `no speech engine knows ${named}`, {
      details: { languages },
    });
  throw new MediaError(
    "unsupported_language",
    `no speech engine that is here knows ${named}; one that does comes with: ${command}`,
    { details: { languages, command } },
  );
}

const tasks = {
  speakers: ["speaker-segmentation", "speaker-embedding"],
  identifyLanguage: ["language"],
} as const;

const whats = {
  speakers: "telling speakers apart",
  identifyLanguage: "finding out the language",
} as const;

/** See `Speech.check`. */
export function checkOptions(wish: TranscriptionOptions, here: Here): void {
  const { models, config, chosen } = here;
  const engine = wish.engine ?? config.engines.speech;
  const languages = languagesOf(wish, config.languageCode);
  const command = pullFor(models, languages);
  if (engine === "sherpa") {
    findSherpa();
    if (models.installed("speech").length === 0) throw draftCannot("this wish", command);
  }
  for (const key of ["speakers", "identifyLanguage"] as const) {
    if (wish[key] === undefined || wish[key] === "none") continue;
    if (chosen.startsWith("pocketsphinx/")) throw draftCannot(whats[key], command);
    for (const task of tasks[key]) requireModel(models, task, whats[key]);
  }
  const names = wish.languageCode ?? wish.identifyLanguage ?? wish.engine;
  if (names !== undefined) checkLanguages(languages, here);
}
