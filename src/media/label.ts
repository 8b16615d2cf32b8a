import type { EngineInfo } from "./transcript.ts";

/** The label engines, the preferred first. Their room keeps the registry that makes them. */
export const labelEngineNames = ["onnx", "centernet"] as const;
export type LabelEngineName = (typeof labelEngineNames)[number];

/** Which engine labels; `auto`: the first that works here. */
export const labelEngines = ["auto", ...labelEngineNames] as const;
export type LabelEngineChoice = (typeof labelEngines)[number];

/** How to get the models that the better engine begins with: 18 MB. */
export const pullLabelModels = "dailies models pull labels";

/** A box in fractions of the displayed picture, 0–1, from its top left corner. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** One thing at one place in the picture. */
export interface LabelInstance {
  readonly box: Box;
  readonly confidence: number;
  /** In videos: the same number in several frames means the same thing. Counts from 1. */
  readonly track?: number;
}

/** A thing, person or animal in a picture or a frame. Confidence is 0–1. */
export interface Label {
  readonly name: string;
  readonly confidence: number;
  /** From the nearest upwards: Dog → Mammal, Animal. */
  readonly parents: readonly string[];
  readonly instances: readonly LabelInstance[];
}

/** What one frame shows. An image is a single frame without a time. */
export interface LabeledFrame {
  readonly timestampMs?: number;
  readonly labels: readonly Label[];
}

/** A time during which a label is seen (half-open). */
export interface LabelSegment {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly confidence: number;
}

/** A shot: the time between two cuts (half-open). */
export interface Shot {
  readonly startMs: number;
  readonly endMs: number;
  /** The confidence of the cut at its start, 0–1; 1 at the start of the video. */
  readonly confidence: number;
}

/** The result of labelling, in the order of time. */
export interface Labeling {
  readonly frames: readonly LabeledFrame[];
  readonly segments: readonly LabelSegment[];
  /** The shots of a video, without gaps; absent when the engine did not look for cuts. */
  readonly shots?: readonly Shot[];
  readonly engine: EngineInfo;
}

/** A label of a whole media file, for lists and filters: each name once, with its highest confidence. */
export interface LabelSummary {
  readonly name: string;
  readonly confidence: number;
  readonly parents: readonly string[];
}
