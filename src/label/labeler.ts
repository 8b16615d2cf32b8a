import type { Engine } from "../media/engine.ts";
import type { EngineEntry } from "../media/engine-registry.ts";
import type { MediaFacts } from "../media/facts.ts";
import type { Labeling } from "../media/label.ts";
import type { ObjectRef } from "../media/media.ts";

export interface LabelRequest {
  /** The picture or the video itself. */
  readonly source: ObjectRef;
  readonly facts: MediaFacts;
  /** Least confidence of a label, 0–1. Default: the engine's own, by class. */
  readonly minConfidence?: number;
  /** The most labels of a picture, or of one frame of a video: the surest are kept. Default: all. */
  readonly maxLabels?: number;
}

export interface LabelResult {
  readonly labeling: Labeling;
  readonly notes: readonly string[];
}

export type Labeler = Engine<LabelRequest, LabelResult>;

/** What a label engine can do. */
export interface LabelCapabilities {
  /** Whether it finds where things are in the picture, besides what they are. */
  readonly boxes: boolean;
  /** How many kinds of things it can name; absent where its models decide. */
  readonly kinds?: number;
}

/** A label engine of this machine. */
export interface LabelEngine extends EngineEntry<Labeler> {
  readonly can: LabelCapabilities;
}
