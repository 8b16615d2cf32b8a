import type { MediaFacts } from "./facts.ts";
import type { RenditionName } from "./media.ts";
import type { Step } from "./job.ts";
import type { TranscriptionOptions } from "./speech.ts";

/** A removal and an arrival of the same bytes this close together are a rename, in either order. */
export const renameMs = 10_000;

/** Something that happened to one version of one media file, in the past tense. */
export type MediaEvent = { readonly name: string; readonly version: string } & EventKind;

type EventKind =
  /** `twin`: the name of the media file with the same bytes whose results this one shares. */
  | { readonly type: "object.created"; readonly twin?: string }
  /** `keepMs`: how long the results are kept, in case the same bytes arrive under another name. */
  | { readonly type: "object.removed"; readonly keepMs?: number }
  | { readonly type: "media.probed"; readonly facts: MediaFacts }
  | { readonly type: "rendition.created"; readonly rendition: RenditionName }
  | { readonly type: "transcript.created"; readonly transcript: string }
  /** The transcription options changed; `speech` holds all of them as they are from now on. */
  | { readonly type: "transcription.requested"; readonly speech: TranscriptionOptions }
  /** All of an adaptive stream but what lists its parts together, which follows. */
  | { readonly type: "stream.created"; readonly stream: string }
  /** Captions of a film that has a stream, or will: what lists its parts follows. */
  | { readonly type: "captions.created"; readonly captions: string }
  | { readonly type: "labels.created"; readonly labels: string }
  | { readonly type: "step.failed"; readonly step: Step; readonly code: string }
  | { readonly type: "media.ready" }
  | { readonly type: "media.failed"; readonly failed: readonly Step[] }
  | { readonly type: "media.removed" };

/** An event as it was recorded. `sequence` rises without repeating. */
export interface RecordedEvent {
  readonly sequence: number;
  readonly at: number;
  readonly event: MediaEvent;
}
