import type { MediaEvent } from "../media/event.ts";
import type { MediaFacts } from "../media/facts.ts";
import type { JobFailure, JobRequest, NewJob, SkipReason, Step } from "../media/job.ts";
import type { LabelSummary } from "../media/label.ts";
import type { EndState, Media, Rendition, StoredObject } from "../media/media.ts";
import type { NoticeContent } from "../media/notice.ts";
import type { TranscriptionOptions } from "../media/speech.ts";
import type { Transcript } from "../media/transcript.ts";
import type { Told } from "./record.ts";

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
  /** A new version of a media file: what an older version had is dropped, bytes and all. */
  | { readonly type: "putMedia"; readonly media: NewMedia; readonly source: StoredObject }
  /**
   * The file on this machine that the bytes came from, as it looked then: what looks the same later
   * need not be read. A store without imports leaves it.
   */
  | { readonly type: "noteFile"; readonly version: string; readonly file: FileStamp }
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
   * the audio that it needs is there again. `request`: who asks; default: who asked before.
   */
  | {
      readonly type: "redo";
      readonly jobId: string;
      readonly waits?: boolean;
      readonly request?: JobRequest;
    }
  /** Gives a new media file what was made of its twin (`expect.twin`), under its own name. */
  | { readonly type: "adopt"; readonly version: string; readonly from: string }
  /** Begins a queued job. The write is superseded when the job runs already, has ended or was replaced. */
  | {
      readonly type: "startJob";
      readonly jobId: string;
      readonly attempt: string;
      /** The session of the process that works on it. */
      readonly session: string;
    }
  /**
   * A provider has accepted the work and will report later: the job runs on and keeps its slot, and
   * it is not lost when our process ends.
   */
  | {
      readonly type: "acceptJob";
      readonly attempt: string;
      /** The id of the engine that accepted it. */
      readonly engine: string;
      /** The provider's name for the work. */
      readonly externalId: string;
    }
  /** Ends the attempt, and with it the job, or queues the job for another try. */
  | { readonly type: "finishJob"; readonly attempt: string; readonly outcome: JobOutcome }
  /** Gives up an attempt, which does not count: its job waits again, or is cancelled if it was to be. */
  | { readonly type: "handBack"; readonly attempt: string }
  /** The same, because the process that worked on it has died. */
  | { readonly type: "loseAttempt"; readonly attempt: string }
  | { readonly type: "putRendition"; readonly version: string; readonly rendition: Rendition }
  /** An output that is no rendition: the transcript, captions, labels. */
  | { readonly type: "putOutput"; readonly version: string; readonly object: StoredObject }
  /** An output that is not kept any more; nothing when there is none at this key. */
  | { readonly type: "dropOutput"; readonly version: string; readonly key: string }
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
  /** Makes the media file findable by its name, labels and transcript as they are by then. */
  | { readonly type: "index"; readonly version: string }
  | { readonly type: "event"; readonly event: MediaEvent }
  /** No job is open any more. */
  | { readonly type: "endRun"; readonly version: string; readonly state: EndState }
  /** A message about the outcome; nothing when the last message came from the same jobs and ends. */
  | ({ readonly type: "notify"; readonly content: NoticeContent } & Told);

/** What tells an unchanged file from a changed one without reading it. */
export interface FileStamp {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedNs: bigint;
  readonly inode: bigint;
}

export type NewMedia = Pick<
  Media,
  "name" | "version" | "owner" | "sha256" | "sizeBytes" | "origin"
>;

/** What must be true for a write to count. */
export interface Expectation {
  readonly name: string;
  /** The version that must be current; null: there must be no media file of that name. */
  readonly version: string | null;
  /** The attempt that must still hold its job. */
  readonly attempt?: string;
  /** The version that must be at this output's key; null: nothing may be there. */
  readonly output?: { readonly key: string; readonly version: string | null };
  /** There, or removed a moment ago, with exactly these outputs. */
  readonly twin?: Pick<Twin, "name" | "version" | "outputs">;
}

export interface Write {
  readonly expect: Expectation;
  /** At most 100. */
  readonly changes: readonly Change[];
}

/** `superseded`: the expectation was not met, and nothing was written. */
export type Applied = "applied" | "superseded";

/** One execution of a job. */
export interface Attempt {
  readonly id: string;
  readonly jobId: string;
  readonly step: Step;
  readonly startedAt: number;
  readonly finishedAt?: number;
  /** How it ended; absent while it runs. `lost`: its process died. */
  readonly outcome?: JobOutcome["state"] | "handed_back" | "lost";
  readonly failure?: JobFailure;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

/** A media file with the same bytes, and what was made of it so far. */
export interface Twin {
  readonly name: string;
  readonly version: string;
  readonly facts: MediaFacts;
  /** By key. */
  readonly outputs: readonly StoredObject[];
  /** Its transcription options. */
  readonly speech?: TranscriptionOptions;
}
