import type { Engine } from "../media/engine.ts";
import type { MediaFacts } from "../media/facts.ts";
import type { ObjectRef, Rendition } from "../media/media.ts";
import type { ObjectPlace } from "../objects/object-store.ts";
import type { PlannedRendition } from "./plan.ts";

/** The renditions of one step. They are made together from one decode where that is cheaper. */
export interface TranscodeRequest {
  readonly source: ObjectRef;
  readonly facts: MediaFacts;
  readonly renditions: readonly { readonly plan: PlannedRendition; readonly target: ObjectPlace }[];
}

export interface TranscodeResult {
  /** Each durable in the object store at its target. */
  readonly renditions: readonly Rendition[];
  /** What was unusual, for people. */
  readonly notes: readonly string[];
}

export type Transcoder = Engine<TranscodeRequest, TranscodeResult>;
