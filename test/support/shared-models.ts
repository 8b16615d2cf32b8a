import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { InstalledModel, ModelManifest, ModelStore } from "../../src/models/model-store.ts";

const folder = fileURLToPath(new URL("../../../shared/models", import.meta.url));

/** A model that lies somewhere, as if it had been pulled: its files by role. */
export function modelAt(
  manifest: Pick<ModelManifest, "id" | "task" | "kind"> & Partial<ModelManifest>,
  files: Readonly<Record<string, string>>,
): InstalledModel {
  const paths = Object.values(files);
  const hash = createHash("sha256");
  for (const path of paths) hash.update(readFileSync(path));
  return {
    manifest: {
      title: manifest.id,
      licence: "Apache-2.0",
      attribution: "",
      downloads: [],
      files,
      ...manifest,
    },
    dir: dirname(paths[0] ?? ""),
    fingerprint: hash.digest("hex").slice(0, 12),
    file: (role) => files[role] ?? "",
  };
}

/** A store of these models, in this order of preference. */
export function storeOf(...models: readonly InstalledModel[]): ModelStore {
  return {
    find: (id) => models.find(({ manifest }) => manifest.id === id),
    installed: (task) => models.filter(({ manifest }) => manifest.task === task),
    known: () => models.map(({ manifest }) => manifest),
  };
}

/** The detector among the shared models. Reads 4 MB. */
export const sharedDetector = (): InstalledModel =>
  modelAt(
    { id: "yolox-nano", task: "detection", kind: "yolox" },
    { model: join(folder, "yolox_nano.onnx") },
  );

/** The classifier among the shared models. Reads 14 MB. */
export const sharedClassifier = (): InstalledModel =>
  modelAt(
    { id: "mobilenet-v2", task: "classification", kind: "mobilenet" },
    { model: join(folder, "mobilenet_v2_1.0_224.onnx") },
  );
