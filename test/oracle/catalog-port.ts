import type { MediaEvent } from "../../src/media/event.ts";
import type { MediaFacts } from "../../src/media/facts.ts";
import type { JobFailure, JobRequest, NewJob, SkipReason } from "../../src/media/job.ts";
import type { LabelSummary } from "../../src/media/label.ts";
import type { Media, Rendition, StoredObject } from "../../src/media/media.ts";
import type { TranscriptionOptions } from "../../src/media/speech.ts";
import type { Transcript } from "../../src/media/transcript.ts";

/** How an attempt at a job ended. `queued`: it is to be tried again, not before `runAfter`. */
export type JobOutcome =
  | { readonly state: "succeeded"; readonly notes: readonly string[] }
  | { readonly state: "skipped"; readonly reason: SkipReason }
  | { readonly state: "failed"; readonly failure: JobFailure; readonly details: object }
  | { readonly state: "cancelled" }
  | {
      readonly state: "queued";
      readonly runAfter: number;
      readonly failure: JobFailure;
      readonly details: object;
      /** True: it does not count as a try, for it was not the job's fault. */
      readonly uncounted?: boolean;
    };

/** The metadata record that a finished transcript leaves: everything in its JSON, its items among it. */
export interface MetadataRecord {
  /** The object key of the JSON. */
  readonly JsonFile: string;
  readonly transcript: string;
  readonly [field: string]: unknown;
}

/** Everything that can be written. Each is plain data; a list of them is one transaction. */
export type Change =
  /** A new version of a media: what an older version had is dropped, bytes and all. */
  | { readonly type: "putMedia"; readonly media: NewMedia; readonly source: StoredObject }
  | { readonly type: "setFacts"; readonly version: string; readonly facts: MediaFacts }
  /** The record and all its derivatives; the bytes go when `keepBytesMs` have passed. */
  | { readonly type: "removeMedia"; readonly name: string; readonly keepBytesMs: number }
  /** A new job, or nothing when it is already there. It takes the place of the step's other jobs. */
  | { readonly type: "enqueue"; readonly job: NewJob; readonly request?: JobRequest }
  | { readonly type: "skip"; readonly job: NewJob; readonly reason: SkipReason }
  /** Queues a job that failed, was cancelled or was skipped once more, with all its tries. */
  | { readonly type: "retry"; readonly jobId: string; readonly request?: JobRequest }
  /** Cancels a job that waits at once, one that runs at its next heartbeat. */
  | { readonly type: "cancel"; readonly jobId: string }
  /**
   * Queues a job once more, also one that succeeded: what it made is lost. `waits`: not now, but when
   * the audio that it needs is there again.
   */
  | { readonly type: "redo"; readonly jobId: string; readonly waits?: boolean }
  /** Gives a new media what was made of its twin (`expect.twin`), under its own name. */
  | { readonly type: "adopt"; readonly version: string; readonly from: string }
  | { readonly type: "finishJob"; readonly attempt: string; readonly outcome: JobOutcome }
  | { readonly type: "putRendition"; readonly version: string; readonly rendition: Rendition }
  /** An output that is no rendition: the transcript, captions, labels. */
  | { readonly type: "putOutput"; readonly version: string; readonly object: StoredObject }
  | {
      readonly type: "putLabels";
      readonly version: string;
      readonly labels: readonly LabelSummary[];
    }
  | {
      /** What is searched of it; the whole is the object that `metadata.JsonFile` names. */
      readonly type: "putTranscript";
      readonly version: string;
      readonly transcript: Transcript;
      readonly metadata: MetadataRecord;
    }
  /** Makes the media findable by its name, labels and transcript as they are by then. */
  | { readonly type: "index"; readonly version: string }
  | { readonly type: "event"; readonly event: MediaEvent }
  /** When all jobs of the version are terminal: media.ready, or media.failed, and word of it. */
  | { readonly type: "settle"; readonly version: string };

export type NewMedia = Pick<
  Media,
  "name" | "version" | "owner" | "sha256" | "sizeBytes" | "origin"
>;

/** What must be true for a write to count. */
export interface Expectation {
  readonly name: string;
  /** The version that must be current; null: there must be no media of that name. */
  readonly version: string | null;
  /** The attempt that must still hold its job. */
  readonly attempt?: string;
  /** There, or removed a moment ago, with exactly these outputs. */
  readonly twin?: Pick<Twin, "version" | "outputs">;
}

/** A media with the same bytes, and what was made of it so far. */
export interface Twin {
  readonly name: string;
  readonly version: string;
  readonly facts: MediaFacts;
  /** By key. */
  readonly outputs: readonly StoredObject[];
  /** What was wished of its transcript. */
  readonly speech?: TranscriptionOptions;
}

export interface Write {
  readonly expect: Expectation;
  /** At most 100. */
  readonly changes: readonly Change[];
}

/** `superseded`: the expectation was not met, and nothing was written. */
export type Applied = "applied" | "superseded";
