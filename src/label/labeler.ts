import type { Engine } from "../media/engine.ts";
import type { MediaFacts } from "../media/facts.ts";
import type { Labeling } from "../media/label.ts";
import type { ObjectRef } from "../media/media.ts";

export interface LabelRequest {
  readonly jobId: string;
  /** The picture or the video itself. */
  readonly source: ObjectRef;
  readonly facts: MediaFacts;
}

export interface LabelResult {
  readonly labeling: Labeling;
  readonly notes: readonly string[];
}

export type Labeler = Engine<LabelRequest, LabelResult>;
