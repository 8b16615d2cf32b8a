import { defaultLimits } from "../media/limits.ts";
import type { SpeechEngineName } from "../media/speech.ts";
import { createModelStore } from "../models/local.ts";
import { downloadBytes } from "../models/manifest.ts";
import { createMemoryObjectStore } from "../objects/memory.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { knowsDraftLanguage } from "../transcribe/pocketsphinx/limits.ts";
import { findPocketsphinx } from "../transcribe/pocketsphinx/program.ts";
import {
  describeSherpa,
  type DescribedModel,
  type SherpaDescription,
} from "../transcribe/sherpa/describe.ts";
import type { Config } from "../config/config.ts";
import type { Finding } from "./check.ts";
import { createSpeech } from "../transcribe/registry.ts";

type SpeechConfig = Pick<Config, "languageCode" | "modelsDir"> &
  Partial<Pick<Config, "engines" | "findsLanguage">>;

/** What the engine can do beyond words, for people. */
function abilities(sherpa: SherpaDescription, takesVocabulary: boolean): string {
  return [
    takesVocabulary
      ? "listens for a vocabulary"
      : "a vocabulary is respelled afterwards, not listened for",
    sherpa.tellsSpeakers ? "tells speakers apart" : "does not tell speakers apart",
    sherpa.identifiesLanguages ? "finds out the language" : "does not find out the language",
  ].join("; ");
}

/** More languages than people read through. */
const mostNamed = 30;

function languageText(languages: readonly string[] | undefined): string {
  if (languages === undefined) return "its model does not say which languages it knows";
  if (languages.length > mostNamed) return `${languages.length} languages`;
  return `languages: ${languages.join(", ")}`;
}

function costText({ cost }: DescribedModel): string {
  if (cost === undefined) return "";
  return `; takes ${Math.round(cost.memoryBytes / 1e6)} MB of memory, ${cost.timesRealTime} times real time a core`;
}

/** A model that goes before this one for the library's language, and is not here. */
function betterModel(model: string, { languageCode, modelsDir }: SpeechConfig): string {
  const store = createModelStore({ dir: modelsDir });
  const speech = store.known().filter(({ task }) => task === "speech");
  const before = speech.slice(
    0,
    Math.max(
      0,
      speech.findIndex(({ id }) => id === model),
    ),
  );
  const [language = ""] = languageCode.toLowerCase().split("-");
  const unfetched = before.find(
    ({ id, languages }) => store.find(id) === undefined && languages?.includes(language),
  );
  if (unfetched === undefined) return "";
  const bytes = downloadBytes(unfetched);
  const size = bytes === undefined ? "" : ` (${Math.round(bytes / 1e6)} MB)`;
  return `; better: dailies models pull ${unfetched.id}${size}`;
}

interface Chosen {
  readonly sandbox: Sandbox;
  readonly sherpa: SherpaDescription;
  readonly config: SpeechConfig;
  /** The id of the engine that was chosen. */
  readonly id: string;
}

function sherpaFinding({ id, sherpa, config }: Chosen): Finding {
  const why = isAuto(config) ? "" : "; as engines.speech says";
  const [, model = ""] = id.split("/");
  const described = sherpa.models.find((one) => id.includes(`/${one.model}-`));
  const lack = sherpa.lacks[0];
  if (described === undefined) {
    const detail = `nothing is heard: ${lack?.what ?? "no model can be used"}${why}`;
    return { state: "warning", detail, remedy: lack?.remedy ?? "dailies models list" };
  }
  const languages = languageText(described.languages);
  const cost = costText(described) + betterModel(described.model, config);
  const more = lack === undefined ? "" : `; ${lack.what}: ${lack.remedy}`;
  const detail = `${abilities(sherpa, described.takesVocabulary)}; ${languages}${cost}${why}${more}`;
  return { state: "ok", found: `sherpa: ${model}`, detail };
}

/** Why not something better than the draft engine, and what to do about it. */
function obstacle(
  sherpa: SherpaDescription,
  languageCode: string,
): { what: string; remedy: string } {
  const [lack] = sherpa.lacks;
  if (lack !== undefined && (sherpa.version === undefined || sherpa.models.length === 0))
    return lack;
  return {
    what: `no model of its that is here knows ${languageCode}`,
    remedy: "dailies models list",
  };
}

const isAuto = ({ engines }: SpeechConfig): boolean => (engines?.speech ?? "auto") === "auto";

async function draftFinding({ sandbox, sherpa, config }: Chosen): Promise<Finding> {
  const { languageCode } = config;
  const { what, remedy } = obstacle(sherpa, languageCode);
  const because = isAuto(config)
    ? `; sherpa would hear better, but ${what}: ${remedy}`
    : "; as engines.speech says";
  const set = isAuto(config) ? remedy : "Set engines.speech in config.json to auto.";
  const warn = (detail: string): Finding => ({
    state: "warning",
    detail: detail + because,
    remedy: set,
  });
  if ((await findPocketsphinx(sandbox)) === undefined) return warn("nothing is heard");
  if (!knowsDraftLanguage(languageCode))
    return warn(`nothing is heard in ${languageCode}: the draft engine knows en-US only`);
  const lacks =
    "a vocabulary is respelled afterwards, not listened for; no speakers, no finding out the language";
  return { state: "ok", found: "pocketsphinx", detail: `draft quality, en-US; ${lacks}${because}` };
}

/** What is said about each engine when it is the chosen one. */
const findings: Readonly<Record<SpeechEngineName, (chosen: Chosen) => Finding | Promise<Finding>>> =
  { sherpa: sherpaFinding, pocketsphinx: draftFinding };

/** Which engine transcribes in the library's language, what it can do, and why it was chosen. */
export async function checkSpeechEngine(sandbox: Sandbox, config: SpeechConfig): Promise<Finding> {
  const models = createModelStore({ dir: config.modelsDir });
  const engines = config.engines ?? { speech: "auto", labels: "auto" };
  const speech = createSpeech({
    config: {
      engines,
      languageCode: config.languageCode,
      findsLanguage: config.findsLanguage ?? false,
      limits: defaultLimits,
      speech: { channels: false },
    },
    sandbox,
    objects: createMemoryObjectStore(),
    models,
  });
  const sherpa = describeSherpa(models);
  const { engine, id } = speech.choose();
  return findings[engine]({ sandbox, sherpa, config, id });
}
