import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MediaError } from "../media/errors.ts";
import { knownModels, modelSets } from "./manifest.ts";
import type { ModelManifest, ModelTask } from "./model-store.ts";
import { isPlainName } from "./receipt.ts";
import { whisperLanguages } from "./whisper-languages.ts";

/** Beside the files of a model of somebody's own: what the manifest says of others. */
export const ownManifestName = "manifest.json";

/** The file of a role: the first pattern that fits one of a folder's files, whose name may have more to it. */
type Roles = Readonly<Record<string, readonly RegExp[]>>;

const tokens = [/^tokens\.txt$/i, /tokens\.txt$/i];
/** 8 bit before full precision, where a folder has both. */
const part = (name: string): RegExp[] => [
  new RegExp(`${name}[^/]*\\.int8\\.(onnx|ort)$`, "i"),
  new RegExp(`${name}[^/]*\\.(onnx|ort)$`, "i"),
];
const transducer: Roles = {
  encoder: part("encoder"),
  decoder: part("decoder"),
  joiner: part("joiner"),
  tokens,
};
const whisper: Roles = { encoder: part("encoder"), decoder: part("decoder"), tokens };
const single: Roles = { model: part("") };

/** What can be taken in: for each task its kinds, and the files that each is made of. */
const kinds: Readonly<Partial<Record<ModelTask, Readonly<Record<string, Roles>>>>> = {
  speech: {
    whisper,
    moonshine: { encoder: part("encoder"), decoder: part("merged"), tokens },
    nemo_transducer: transducer,
    transducer,
    zipformer2: transducer,
    sense_voice: { model: part("model"), tokens },
  },
  language: { whisper },
  voice: { silero_vad: single },
  "speaker-embedding": { "3dspeaker": single, wespeaker: single, nemo: single },
  "speaker-segmentation": { pyannote: single },
};

export const ownTasks: readonly string[] = Object.keys(kinds);

/** The kinds of model that can be taken in for a task. */
export const ownKinds = (task: ModelTask): readonly string[] => Object.keys(kinds[task] ?? {});

/** What somebody says of a model of their own. */
export interface OwnModel {
  readonly id: string;
  readonly task: ModelTask;
  readonly kind: string;
  /** BCP 47. Default: all that Whisper knows; other speech models need them. */
  readonly languages?: readonly string[];
}

function refuse(why: string): never {
  throw new MediaError("invalid_argument", why);
}

function rolesOf({ id, task, kind }: OwnModel): Roles {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(id))
    refuse(`${JSON.stringify(id)} cannot be a model's id`);
  if (knownModels.some((model) => model.id === id) || Object.hasOwn(modelSets, id))
    refuse(`${id} is the id of a model that Dailies knows: choose another`);
  const ofTask =
    kinds[task] ??
    refuse(`no model of one's own is taken in for ${task}; only for ${ownTasks.join(", ")}`);
  return (
    ofTask[kind] ??
    refuse(
      `no model for ${task} is of the kind ${kind}; there are ${Object.keys(ofTask).join(", ")}`,
    )
  );
}

/**
 * The manifest of somebody's own model, whose files are told by their names.
 * @param names of the files that there are
 * @throws MediaError `invalid_argument`, `model_invalid` when a file is missing
 */
export function ownManifest(own: OwnModel, names: readonly string[], from: string): ModelManifest {
  const roles = rolesOf(own);
  const files = Object.entries(roles).map(([role, patterns]) => {
    const found = patterns.flatMap((pattern) =>
      names.filter((name) => pattern.test(name)).slice(0, 1),
    );
    if (found[0] !== undefined) return [role, found[0]];
    throw new MediaError("model_invalid", `${from} has no file for the ${role} of a ${own.kind}`);
  });
  const { id, task, kind } = own;
  const languages = own.languages ?? (kind === "whisper" ? whisperLanguages : undefined);
  if (task === "speech" && languages === undefined)
    refuse(`say which languages ${id} knows: --languages en,de`);
  return {
    id,
    task,
    kind,
    title: `${id}: imported, ${kind}`,
    licence: "unknown",
    attribution: `imported from ${from}`,
    ...(languages === undefined ? {} : { languages }),
    downloads: [],
    files: Object.fromEntries(files),
  };
}

/** The manifest in a folder; undefined when there is none that can be believed. */
function readOwnManifest(dir: string, id: string): ModelManifest | undefined {
  try {
    const value: Partial<ModelManifest> = JSON.parse(
      readFileSync(join(dir, id, ownManifestName), "utf8"),
    );
    const { task, kind = "", languages, files = {} } = value;
    const isBelievable =
      value.id === id &&
      task !== undefined &&
      kinds[task]?.[kind] !== undefined &&
      Object.values(files).every(isPlainName) &&
      (languages === undefined || languages.every((code) => typeof code === "string"));
    if (!isBelievable) return undefined;
    const { title = id, licence = "unknown", attribution = "" } = value;
    const spoken = languages === undefined ? {} : { languages };
    return { id, task, kind, title, licence, attribution, ...spoken, downloads: [], files };
  } catch {
    return undefined;
  }
}

/** All models that there can be below a folder: those that Dailies knows, then those that somebody took in. */
export function manifestsIn(dir: string): readonly ModelManifest[] {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch {
    return knownModels;
  }
  const known = new Set(knownModels.map(({ id }) => id));
  const own = names
    .filter((name) => !name.startsWith(".") && !known.has(name))
    .toSorted()
    .flatMap((name) => readOwnManifest(dir, name) ?? []);
  return own.length === 0 ? knownModels : [...knownModels, ...own];
}
