import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe } from "vitest";
import { whisperLanguages } from "../../src/models/whisper-languages.ts";
import type { InstalledModel, ModelManifest, ModelStore } from "../../src/models/model-store.ts";

const folder = fileURLToPath(new URL("../../../shared/models", import.meta.url));

/** A model from files at any place, as if it had been pulled. `files` has its files by role. */
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

/** Real weights of Whisper base, which knows 99 languages. Reads 82 MB. */
export function sharedWhisperBase(): InstalledModel {
  const file = (name: string): string => join(folder, "speech/whisper-base", `base-${name}`);
  return modelAt(
    {
      id: "whisper-base",
      task: "speech",
      kind: "whisper",
      licence: "MIT",
      languages: whisperLanguages,
    },
    {
      encoder: file("encoder.int8.onnx"),
      decoder: file("decoder.int8.onnx"),
      tokens: file("tokens.txt"),
    },
  );
}

/** The voice detector among the shared models. */
export const sharedVoice = (): InstalledModel =>
  modelAt(
    { id: "silero-vad", task: "voice", kind: "silero_vad", licence: "MIT" },
    { model: join(folder, "silero_vad.onnx") },
  );

/** Real weights that tell speakers apart, and the voice detector. Reads 25 MB. */
export const sharedSpeakerModels = () => ({
  embedding: modelAt(
    { id: "campplus-zh-en", task: "speaker-embedding", kind: "3dspeaker", licence: "Apache-2.0" },
    {
      model: join(
        folder,
        "speech/campplus/3dspeaker_speech_campplus_sv_zh_en_16k-common_advanced.fp16.onnx",
      ),
    },
  ),
  segmentation: modelAt(
    {
      id: "pyannote-segmentation-3",
      task: "speaker-segmentation",
      kind: "pyannote",
      licence: "MIT",
    },
    { model: join(folder, "speech/pyannote-segmentation-3/model.onnx") },
  ),
  voice: sharedVoice(),
});

/** Whether tests with real weights try all of their cases, as `npm run speech` does. `npm test` tries some. */
export const triesAllSpeech = process.env["SPEECH"] === "whole";

const present = existsSync(join(folder, "speech/README.md"));

/** A suite that needs real speech models. Without them it is skipped visibly; in CI it fails. */
export function describeWithSpeechModels(name: string, body: () => void): void {
  if (present || process.env["CI"]) describe(name, body);
  else describe.skip(`${name} (needs the shared speech models)`, body);
}
