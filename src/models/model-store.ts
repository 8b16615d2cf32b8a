/** What a model is for: the engine that loads it asks by task. */
export const modelTasks = [
  "speech",
  "voice",
  "speaker-segmentation",
  "speaker-embedding",
  "language",
  "detection",
  "classification",
  "tagging",
] as const;
export type ModelTask = (typeof modelTasks)[number];

/** What is known of a model before it is here. */
export interface ModelManifest {
  /** `parakeet-tdt-0.6b-v3`: what people type. */
  readonly id: string;
  readonly task: ModelTask;
  /** How its engine must load it: `nemo_transducer`, `whisper`, `yolox`, `mobilenet` … */
  readonly kind: string;
  /** One line for people. */
  readonly title: string;
  /** An SPDX identifier. */
  readonly licence: string;
  /** Whom the licence asks to name, and where it is from. */
  readonly attribution: string;
  /** BCP 47 primary languages that it understands; absent: not a matter of language. */
  readonly languages?: readonly string[];
  /** Facts that decide how it is fed, in the kind's own words: sizes, thresholds, file of names. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** What it costs to use, as `npm run bench -- h` measured it. Absent: it was not measured. */
  readonly cost?: ModelCost;
  /** What its publisher has. */
  readonly downloads: readonly ModelDownload[];
  /** Where the same files can be had when the publisher cannot be reached; tried in this order. */
  readonly alternatives?: readonly WheelSource[];
  /** Role → file below the model's folder, once unpacked: `encoder` → `encoder.int8.onnx`. */
  readonly files: Readonly<Record<string, string>>;
}

export interface ModelCost {
  /** The most memory that its process uses. */
  readonly memoryBytes: number;
  /** How many seconds of sound one second of one processor core is enough for. */
  readonly timesRealTime: number;
}

export interface ModelDownload {
  /** Absent: published nowhere in this form. Then it can be imported, but not pulled. */
  readonly url?: string;
  /** What it is called here and on a mirror. Default: the last segment of its address. */
  readonly name?: string;
  readonly sizeBytes?: number;
  /** Where the exact size is not known: the rounded one that is published. For people alone. */
  readonly aboutBytes?: number;
  /** Absent: as published nowhere; then what was fetched first is remembered and held to. */
  readonly sha256?: string;
  /** How it arrives. `file`: it is what it is, under its name. */
  readonly packing: "file" | "tar.bz2";
}

/**
 * A Python wheel that its makers publish and that has the model's files, from whatever package index this
 * machine's pip is set to. It is unpacked; nothing of it is installed or run.
 */
export interface WheelSource {
  readonly project: string;
  readonly version: string;
  /** For which platform and Python, as pip is told. Default: any. */
  readonly platform?: string;
  readonly python?: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** File of the model → its path in the wheel. */
  readonly members: Readonly<Record<string, string>>;
}

/** A model that is here, whole and verified. */
export interface InstalledModel {
  readonly manifest: ModelManifest;
  readonly dir: string;
  /** Part of the engine's id: another file makes another job. The first 12 hex digits of the hash of its files. */
  readonly fingerprint: string;
  /** The path of the file of that role. @throws MediaError `model_missing` when the model has none */
  file(role: string): string;
}

/** The models of this machine. Engines only ever look; getting them is for people to ask. */
export interface ModelStore {
  /** @throws nothing: what is not whole is not there */
  find(id: string): InstalledModel | undefined;
  /** Those for a task that are here, in the manifest's order of preference. */
  installed(task: ModelTask): readonly InstalledModel[];
  /** All that the manifest knows, in its order of preference. */
  known(): readonly ModelManifest[];
}
