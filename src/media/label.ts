import type { EngineInfo } from "./transcript.ts";

/** A box in fractions of the displayed picture, 0–1, from its top left corner. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** One thing seen at one place. */
export interface LabelInstance {
  readonly box: Box;
  readonly confidence: number;
  /** In videos: the same number in several frames means that it is the same thing. From 1. */
  readonly track?: number;
}

/** Something that is in a picture or a frame. Confidence is 0–1. */
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

/** What was filmed in one go: the time between two cuts (half-open). */
export interface Shot {
  readonly startMs: number;
  readonly endMs: number;
  /** How sure it is that there is a cut at its start, 0–1; 1 at the video's own. */
  readonly confidence: number;
}

/** All that a labelling found, in the order of time. */
export interface Labeling {
  readonly frames: readonly LabeledFrame[];
  readonly segments: readonly LabelSegment[];
  /** Of a video, one after the other without gaps; absent when nobody looked for cuts. */
  readonly shots?: readonly Shot[];
  readonly engine: EngineInfo;
}

/** A label of a whole media, as lists and filters use it: each name once, with its best confidence. */
export interface LabelSummary {
  readonly name: string;
  readonly confidence: number;
  readonly parents: readonly string[];
}
