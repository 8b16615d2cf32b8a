import type { InstalledModel, ModelStore } from "../../models/model-store.ts";
import type { TranscribeRequest } from "../transcriber.ts";
import type { RecognizerSetup } from "./recognizer-process.ts";
import {
  detectorOf,
  hotwordUnit,
  ownCode,
  piecesOf,
  recognizerConfig,
  requireDetector,
  saysLanguage,
} from "./models.ts";
import type { ChildSetup } from "./protocol.ts";

interface Wanted {
  readonly models: ModelStore;
  readonly model: InstalledModel;
  readonly voice: InstalledModel | undefined;
  readonly request: TranscribeRequest;
  readonly threads: number;
  /** The package's main file. */
  readonly package: string;
}

/**
 * What tells the language: nothing where the model says it itself. A model of one language writes that
 * whatever is said, so that it is checked where something that can is here.
 */
function languageOf({ models, model, request }: Wanted) {
  const isAsked = request.identifyLanguage !== undefined;
  if (isAsked && saysLanguage(model)) return undefined;
  const isChecked = model.manifest.languages?.length === 1 && placesOf(request) !== undefined;
  const detector = isAsked ? requireDetector(models) : isChecked ? detectorOf(models) : undefined;
  if (detector === undefined) return undefined;
  return {
    used: [detector],
    setup: { encoder: detector.file("encoder"), decoder: detector.file("decoder") },
  };
}

/** In how many places a language that is asked for is looked for. */
const askedPlaces = 8;
/** A check costs little beside the rest: a place in half a minute, three at most, and none in short recordings. */
const checks = { places: 3, everyMs: 30_000, shortestMs: 20_000 };

/** Where the language is looked for; undefined: nowhere. */
export function placesOf({ identifyLanguage, durationMs = 0 }: TranscribeRequest) {
  if (identifyLanguage !== undefined)
    return { places: askedPlaces, everyMs: durationMs / askedPlaces };
  if (durationMs < checks.shortestMs) return undefined;
  const { places } = checks;
  return { places, everyMs: Math.max(checks.everyMs, durationMs / places) };
}

/**
 * What a child has to load for a request.
 * @throws MediaError `model_missing` with the command that gets it, `invalid_argument`
 */
export function setupOf(wanted: Wanted): RecognizerSetup {
  const { model, voice, request, threads } = wanted;
  const detector = languageOf(wanted);
  const language =
    request.identifyLanguage === undefined ? ownCode(model, request.languageCode) : "";
  const hotwords = hotwordsOf(model, request).hotwords !== undefined;
  const child: ChildSetup = {
    package: wanted.package,
    recognizer: recognizerConfig(model, { language, hotwords }),
    pieces: { ...piecesOf(model), ...(voice === undefined ? { speechIsUnsure: true } : {}) },
    parallel: threads,
    ...(voice === undefined ? {} : { voice: voice.file("model") }),
    ...(detector === undefined ? {} : { language: detector.setup }),
  };
  const used = [model, ...(voice === undefined ? [] : [voice])];
  used.push(...(detector?.used ?? []));
  return {
    child,
    folders: used.map(({ dir }) => dir),
    models: used.map(({ manifest }) => manifest.id),
  };
}

/**
 * The vocabulary as the model can be told to expect it, and what is to be said when it cannot.
 * sherpa parts phrases with `/` and takes ` :2.0` for a weight: neither may come from a phrase.
 */
export function hotwordsOf(
  model: InstalledModel,
  { vocabulary = [] }: TranscribeRequest,
): { hotwords?: string; notes: string[] } {
  const phrases = vocabulary
    .map(({ phrase }) =>
      phrase
        .replaceAll(/[/:\p{Cc}]+/gu, " ")
        .replaceAll(/\s+/g, " ")
        .trim(),
    )
    .filter((phrase) => phrase !== "");
  if (phrases.length === 0) return { notes: [] };
  if (hotwordUnit(model) === undefined)
    return { notes: [`the model ${model.manifest.id} cannot be made to listen for a vocabulary`] };
  return { hotwords: phrases.join("/"), notes: [] };
}
