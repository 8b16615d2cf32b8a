import { readFileSync } from "node:fs";
import { MediaError } from "../../media/errors.ts";
import type { InstalledModel, ModelStore } from "../../models/model-store.ts";
import { knownKinds } from "./kinds.ts";
import { modelRoles } from "./protocol.ts";
import type { ModelFile, ModelRole } from "./protocol.ts";

/** The models of one labelling: the best one that is here for each role. Any may be missing, not all. */
export type LabelModels = Readonly<Partial<Record<ModelRole, InstalledModel>>>;

/** Rises when the same models would give other labels: thresholds, sampling, names. */
export const revision = 3;

const usable = ({ manifest }: InstalledModel) => knownKinds.includes(manifest.kind);

/** The best models that are here, by the manifest's order of preference; undefined: there are none. */
export function bestModels(store: ModelStore): LabelModels | undefined {
  const found: Partial<Record<ModelRole, InstalledModel>> = {};
  for (const role of modelRoles) {
    const best = store.installed(role).find(usable);
    if (best) found[role] = best;
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

const partOf = ({ manifest, fingerprint }: InstalledModel) => `${manifest.id}@${fingerprint}`;

const each = (models: LabelModels) => modelRoles.flatMap((role) => models[role] ?? []);

/** The engine's id with these models: `onnx-3:yolox-nano@0123456789ab+mobilenet-v2@…`. */
export function engineId(models: LabelModels): string {
  return `onnx-${revision}:${each(models).map(partOf).join("+")}`;
}

/** What made the labels, for people: `yolox-nano 0123456789ab + mobilenet-v2 …`. */
export function modelNames(models: LabelModels): string {
  return each(models)
    .map(({ manifest, fingerprint }) => `${manifest.id} ${fingerprint}`)
    .join(" + ");
}

/**
 * The models that an engine's id names; undefined when it is no id of this engine.
 * @throws MediaError `model_missing` when one of them is not here, or not with the same bytes
 */
export function modelsOf(id: string, store: ModelStore): LabelModels | undefined {
  const parts = /^onnx-\d+:(.+)$/.exec(id)?.[1]?.split("+");
  if (parts === undefined) return undefined;
  const found: Partial<Record<ModelRole, InstalledModel>> = {};
  for (const part of parts) {
    const name = part.slice(0, part.lastIndexOf("@"));
    const model = store.find(name);
    const role = modelRoles.find((one) => one === model?.manifest.task);
    if (model === undefined || role === undefined || !usable(model) || partOf(model) !== part)
      throw new MediaError("model_missing", `the model ${part} is not here any more`, {
        details: { model: name, install: `dailies models pull ${name}` },
      });
    found[role] = model;
  }
  return found;
}

/** A tagger's words, one a line; none where it has no such file. */
export function tagNames({ tagging }: LabelModels): readonly string[] {
  if (tagging === undefined) return [];
  const lines = readFileSync(tagging.file("tags"), "utf8").trim().split(/\r?\n/);
  return lines.map((line) =>
    line.trim().replaceAll(/(?<=^|\s)\p{Ll}/gu, (one) => one.toUpperCase()),
  );
}

/** What the child is told to load. @throws MediaError `model_missing` when a model has no file `model` */
export function modelFiles(models: LabelModels, tags: number): ModelFile[] {
  return modelRoles.flatMap((role) => {
    const model = models[role];
    if (model === undefined) return [];
    const { id, kind, settings = {} } = model.manifest;
    const more = role === "tagging" ? { tags } : {};
    return [{ role, id, kind, path: model.file("model"), settings: { ...settings, ...more } }];
  });
}
