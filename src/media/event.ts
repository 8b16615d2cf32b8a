import type { MediaFacts } from "./facts.ts";
import type { RenditionName } from "./media.ts";
import type { Step } from "./job.ts";

/** Something that happened to one version of one media, in the past tense. */
export type MediaEvent = { readonly name: string; readonly version: string } & EventKind;

type EventKind =
  | { readonly type: "object.created" }
  | { readonly type: "object.removed" }
  | { readonly type: "media.probed"; readonly facts: MediaFacts }
  | { readonly type: "rendition.created"; readonly rendition: RenditionName }
  | { readonly type: "transcript.created"; readonly transcript: string }
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
