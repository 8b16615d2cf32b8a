import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MediaError } from "../../media/errors.ts";
import { knownModels } from "../../models/manifest.ts";
import type { InstalledModel, ModelManifest, ModelStore } from "../../models/model-store.ts";

/** A model that lies in a folder, whatever is in it: the real store lets nothing broken through. */
export function modelIn(
  dir: string,
  manifest: Pick<ModelManifest, "id" | "task" | "kind" | "files"> & Partial<ModelManifest>,
): InstalledModel {
  const hash = createHash("sha256");
  for (const file of Object.values(manifest.files)) hash.update(readFileSync(join(dir, file)));
  return {
    manifest: { title: "", licence: "MIT", attribution: "", downloads: [], ...manifest },
    dir,
    fingerprint: hash.digest("hex").slice(0, 12),
    file(role) {
      const file = manifest.files[role];
      if (file !== undefined) return join(dir, file);
      throw new MediaError("model_missing", `${manifest.id} has no file ${role}`);
    },
  };
}

/** The models of a test. */
export function storeOf(...models: readonly InstalledModel[]): ModelStore {
  return {
    find: (id) => models.find(({ manifest }) => manifest.id === id),
    installed: (task) => models.filter(({ manifest }) => manifest.task === task),
    known: () => knownModels,
  };
}

const transducerFiles = {
  encoder: "encoder.onnx",
  decoder: "decoder.onnx",
  joiner: "joiner.onnx",
  tokens: "tokens.txt",
};

/** The toy transducer: it says "hello", "wor", "ld" to anything, at times of its own. */
export function toyTransducer(
  dir: string,
  more: Partial<Pick<ModelManifest, "languages" | "files" | "kind">> = {},
): InstalledModel {
  const files = { ...transducerFiles, ...more.files };
  return modelIn(dir, { id: "toy", task: "speech", kind: "nemo_transducer", ...more, files });
}

export function silero(dir: string): InstalledModel {
  const files = { model: "silero_vad.onnx" };
  return modelIn(dir, { id: "silero-vad", task: "voice", kind: "silero_vad", files });
}
