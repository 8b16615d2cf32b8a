import type { Shortfall } from "../media/damage.ts";
import type { Engine } from "../media/engine.ts";
import type { MediaFacts } from "../media/facts.ts";
import type { ObjectRef, Rendition } from "../media/media.ts";
import type { ObjectPlace } from "../objects/object-store.ts";
import type { PlannedRendition } from "./plan.ts";
import type { Seen } from "./poster-score.ts";

/** The renditions of one step. They are made together from one decode where that is cheaper. */
export interface TranscodeRequest {
  readonly source: ObjectRef;
  readonly facts: MediaFacts;
  readonly renditions: readonly { readonly plan: PlannedRendition; readonly target: ObjectPlace }[];
  /** What labels say is seen in the film, where there are any: a poster shows it. */
  readonly seen?: readonly Seen[];
}

export interface TranscodeResult {
  /** Each durable in the object store at its target. */
  readonly renditions: readonly Rendition[];
  /** The worst that is missing of the source; absent when all of it could be decoded. */
  readonly short?: Shortfall;
  /** What was unusual, for people. */
  readonly notes: readonly string[];
}

export type Transcoder = Engine<TranscodeRequest, TranscodeResult>;
