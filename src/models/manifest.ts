import { MediaError } from "../media/errors.ts";
import type { ModelDownload, ModelManifest, ModelTask } from "./model-store.ts";
import { pictureModels } from "./picture-models.ts";
import { speechModels } from "./speech-models.ts";

/**
 * The models that Dailies knows, for each task in its order of preference. Sizes and hashes are those of the
 * publishers' files; where none is stated, what is fetched first is remembered and held to.
 *
 * Left out: MobileCLIP and Ultralytics' YOLO (their licences).
 */
export const knownModels: readonly ModelManifest[] = [...speechModels, ...pictureModels];

/** Models that are pulled together, under one name. */
export const modelSets: Readonly<Record<string, readonly string[]>> = {
  speech: ["parakeet-tdt-0.6b-v3", "silero-vad"],
  "speech-small": ["moonshine-tiny-en", "silero-vad"],
  "speech-world": ["whisper-base", "silero-vad"],
  speakers: ["pyannote-segmentation-3", "campplus"],
  languages: ["whisper-tiny"],
  labels: ["yolox-nano", "mobilenet-v2"],
};

const engines: Readonly<Record<ModelTask, string>> = {
  speech: "sherpa",
  voice: "sherpa",
  "speaker-segmentation": "sherpa",
  "speaker-embedding": "sherpa",
  language: "sherpa",
  detection: "onnx",
  classification: "onnx",
  tagging: "onnx",
};

/** The engine that loads models for a task. */
export function engineOf(task: ModelTask): string {
  return engines[task];
}

/** What a download is called, here and on a mirror. */
export function nameOf(download: ModelDownload): string {
  const name = download.name ?? new URL(download.url ?? "").pathname.split("/").at(-1);
  if (!name) throw new MediaError("internal", `a download of the manifest has no name`);
  return name;
}

/** What has to come over the network; undefined where it is not known of all. */
export function downloadBytes(manifest: ModelManifest): number | undefined {
  let sum = 0;
  for (const { sizeBytes } of manifest.downloads) {
    if (sizeBytes === undefined) return undefined;
    sum += sizeBytes;
  }
  return sum;
}

/** About what has to come over the network; undefined where not even that is known of all. */
export function aboutDownloadBytes({ downloads }: ModelManifest): number | undefined {
  const sizes = downloads.map(({ sizeBytes, aboutBytes }) => sizeBytes ?? aboutBytes);
  return sizes.reduce(
    (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );
}

/**
 * The manifest of a model.
 * @throws MediaError `invalid_argument` when nothing is known of it
 */
export function manifestOf(known: readonly ModelManifest[], id: string): ModelManifest {
  const manifest = known.find((model) => model.id === id);
  if (manifest !== undefined) return manifest;
  throw new MediaError(
    "invalid_argument",
    `no model is called ${id}; there are ${known.map((model) => model.id).join(", ")}`,
  );
}
