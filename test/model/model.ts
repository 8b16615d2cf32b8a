import type { NewMedia } from "../../src/catalog/catalog.ts";
import type { MediaEvent } from "../../src/media/event.ts";
import type { MediaFacts } from "../../src/media/facts.ts";
import type { JobState, NewJob, SkipReason, SlotKind } from "../../src/media/job.ts";
import type { MediaType, StoredObject } from "../../src/media/media.ts";

/**
 * What the catalog should hold, in plain maps: no SQL, no indexes, nothing clever. The commands do
 * the same to it and to a real catalog, and after each of them the two must be equal.
 */

export interface ModelJob {
  readonly job: NewJob;
  /** What was known of the media when it was asked for. */
  readonly type: MediaType | undefined;
  readonly sequence: number;
  state: JobState;
  reason: SkipReason | undefined;
  current: boolean;
  attempts: number;
  deaths: number;
  cancelRequested: boolean;
  delayed: boolean;
  attempt: string | undefined;
}

export interface ModelMedia {
  readonly media: NewMedia;
  state: "processing" | "ready" | "failed";
  facts: MediaFacts | undefined;
  labels: readonly string[];
  /** The words that are searched, once it is indexed. */
  indexed: boolean;
}

/** What was made of a media that was removed a moment ago. */
export interface Buried {
  readonly media: ModelMedia;
  readonly outputs: readonly StoredObject[];
  readonly jobs: readonly ModelJob[];
}

export interface Held {
  readonly attempt: string;
  readonly session: string;
  readonly kind: SlotKind;
  readonly job: NewJob;
}

export interface Model {
  readonly media: Map<string, ModelMedia>;
  readonly jobs: Map<string, ModelJob>;
  /** By bucket and key. */
  readonly objects: Map<string, { readonly object: StoredObject; readonly mediaVersion: string }>;
  /** Versions of bytes. */
  readonly trash: Set<string>;
  /** Those of the trash whose time has not come. */
  readonly kept: Set<string>;
  /** By version. */
  readonly tombstones: Map<string, Buried>;
  readonly events: MediaEvent[];
  readonly held: Map<string, Held>;
  paused: boolean;
  sequence: number;
}

export function createModel(): Model {
  return {
    media: new Map(),
    jobs: new Map(),
    objects: new Map(),
    trash: new Set(),
    kept: new Set(),
    tombstones: new Map(),
    events: [],
    held: new Map(),
    paused: false,
    sequence: 0,
  };
}

export function jobsOf(model: Model, version: string): ModelJob[] {
  return [...model.jobs.values()].filter(({ job }) => job.version === version);
}

export const isOpen = ({ state }: ModelJob): boolean => state === "queued" || state === "running";

export function mediaOf(model: Model, version: string): ModelMedia | undefined {
  return [...model.media.values()].find(({ media }) => media.version === version);
}
