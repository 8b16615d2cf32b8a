import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createModelStore } from "../models/local.ts";
import { downloadBytes, modelSets } from "../models/manifest.ts";
import { readRemembered, remember } from "../models/memory.ts";
import type { ModelManifest } from "../models/model-store.ts";
import { findSherpa } from "../transcribe/sherpa/install.ts";
import type { Config } from "../config/config.ts";

/** A better speech engine that only lacks its models. */
export interface SpeechOffer {
  /** What `dailies models pull` takes. */
  readonly name: string;
  readonly title: string;
  readonly licence: string;
  readonly attribution: string;
  /** All that has to come; absent where it is not known. */
  readonly sizeBytes?: number;
  /** The models that are not here yet. */
  readonly ids: readonly string[];
  /** The answer to an earlier offer. */
  readonly answer?: "yes" | "no";
}

type OfferConfig = Pick<Config, "modelsDir" | "modelsMirror" | "languageCode" | "engines">;

/** The models to begin with: small, and for all languages together. */
const quick = ["moonshine-tiny-en", "whisper-base"];

/**
 * What would transcribe better than the draft engine does now; undefined when something better is here, is
 * not wanted, or could not be used on this machine.
 */
export function speechOffer(config: OfferConfig): SpeechOffer | undefined {
  const { modelsDir: dir, modelsMirror, languageCode, engines } = config;
  if (engines.speech === "pocketsphinx" || !hasSherpa()) return undefined;
  const store = createModelStore({ dir });
  const [language = ""] = languageCode.toLowerCase().split("-");
  const fits = store
    .known()
    .filter(({ task, languages }) => task === "speech" && languages?.includes(language));
  const isHere = store
    .installed("speech")
    .some(({ manifest }) => manifest.languages?.includes(language) ?? true);
  const canComeHere = ({ downloads }: ModelManifest): boolean =>
    modelsMirror !== undefined || downloads.every(({ url }) => url !== undefined);
  const able = fits.filter(canComeHere);
  // What comes quickly and is many times better than a draft; the best one is named by `doctor`.
  const best = quick.flatMap((id) => able.filter((model) => model.id === id))[0] ?? able[0];
  if (isHere || best === undefined) return undefined;
  const { title, licence, attribution } = best;
  const [setName, set] = Object.entries(modelSets).find(([, ids]) => ids.includes(best.id)) ?? [];
  const wanted = set ?? [best.id, ...(modelSets["speech"] ?? []).slice(1)];
  const missing = wanted.filter((id) => store.find(id) === undefined);
  const sizes = missing.map((id) => {
    const manifest = store.known().find((model) => model.id === id);
    return manifest && downloadBytes(manifest);
  });
  const sizeBytes = sizes.every((size) => size !== undefined)
    ? sizes.reduce((sum, size) => sum + size, 0)
    : undefined;
  const answer = readRemembered(dir).answers[best.id];
  return {
    name: setName ?? wanted.join(" "),
    title,
    licence,
    attribution,
    ids: missing,
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...((answer === "yes" || answer === "no") && { answer }),
  };
}

function hasSherpa(): boolean {
  try {
    findSherpa();
    return true;
  } catch {
    return false;
  }
}

/** Keeps the answer to an offer, so that it is made once. */
export async function answerOffer(
  { modelsDir }: Pick<Config, "modelsDir">,
  { ids }: SpeechOffer,
  answer: "yes" | "no",
): Promise<void> {
  const [speech] = ids;
  if (speech !== undefined) await remember(modelsDir, { answers: { [speech]: answer } });
}

const loadMs = 20_000;

/** Whether the speech package can be loaded here. In another process: a library that cannot may end it. */
export async function canLoadSherpa(): Promise<boolean> {
  try {
    const { package: path } = findSherpa();
    const run = promisify(execFile);
    await run(process.execPath, ["-e", "require(process.argv[1])", path], { timeout: loadMs });
    return true;
  } catch {
    return false;
  }
}
