import type { MediaEvent, RecordedEvent } from "../media/event.ts";
import type { MediaFacts } from "../media/facts.ts";
import type { Job, JobFailure, JobRequest, NewJob, SkipReason, Step } from "../media/job.ts";
import type { LabelSummary } from "../media/label.ts";
import type {
  Bucket,
  Media,
  MediaType,
  ObjectRef,
  Rendition,
  StoredObject,
} from "../media/media.ts";
import type { TranscriptionOptions } from "../media/speech.ts";
import type { Transcript } from "../media/transcript.ts";
import type { Pages } from "./pages.ts";

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

export interface TwinQuery {
  readonly sha256: string;
  /** Nobody gets what was made of another owner's media. */
  readonly owner: string;
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

export interface MediaFilter {
  readonly startsWith?: string;
  readonly type?: MediaType;
  /** A label's name, in any case; parents count. */
  readonly label?: string;
  readonly owner?: string;
  /** Names after this one. */
  readonly after?: string;
  readonly limit?: number;
}

/** Media by what their transcripts are. */
export interface HeardFilter extends MediaFilter {
  /** What is to hear them, by their current job: an engine's name, or the beginning of its id. */
  readonly engine?: string;
  /** Of the transcript, BCP 47; `en` stands for all of `en-…`. */
  readonly languageCode?: string;
  /** Whether a draft engine heard it. */
  readonly draft?: boolean;
}

export interface JobFilter {
  readonly name?: string;
  readonly version?: string;
  readonly state?: Job["state"];
  readonly step?: Step;
  readonly limit?: number;
}

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

export interface SearchQuery extends Omit<MediaFilter, "after"> {
  readonly words: string;
}

/** One media that was found, best first. */
export interface SearchHit {
  readonly name: string;
  readonly type?: MediaType;
  /** Higher is better; comparable within one answer only. */
  readonly score: number;
  /** Where the words are said, in order of time; empty when only the name or a label matched. */
  readonly moments: readonly {
    readonly startMs: number;
    readonly endMs: number;
    /** The words around, the found ones between `[` and `]`. */
    readonly snippet: string;
  }[];
  /** True when a draft engine heard the words. */
  readonly draft: boolean;
}

/** The truth about everything. `apply` is the only way to write. */
export interface Catalog extends Pages {
  apply(write: Write): Promise<Applied>;
  getMedia(name: string): Promise<Media | undefined>;
  /** By name, ascending. */
  listMedia(filter: HeardFilter): Promise<readonly Media[]>;
  listJobs(filter: JobFilter): Promise<readonly Job[]>;
  /** All attempts at the jobs of a media's current version, oldest first. */
  listAttempts(name: string): Promise<readonly Attempt[]>;
  listEvents(name: string): Promise<readonly RecordedEvent[]>;
  /** What was last wished of the transcript of this version; undefined when nothing was. */
  transcriptionOptions(
    media: Pick<Media, "name" | "version">,
  ): Promise<TranscriptionOptions | undefined>;
  listRenditions(version: string): Promise<readonly Rendition[]>;
  /** Every output of a version, renditions included, by key. */
  listOutputs(version: string): Promise<readonly StoredObject[]>;
  getLabels(version: string): Promise<readonly LabelSummary[]>;
  /** Whether a draft engine heard the transcript of a version. */
  isDraft(version: string): Promise<boolean>;
  /** With `owner`, only if it is this owner's media. */
  getMetadata(jsonFile: string, owner?: string): Promise<MetadataRecord | undefined>;
  search(query: SearchQuery): Promise<readonly SearchHit[]>;
  findObject(bucket: Bucket, key: string): Promise<StoredObject | undefined>;
  /** Every object of a bucket by key, a page at a time: those after `after`. */
  listObjects(page: ObjectPage): Promise<readonly (StoredObject & { mediaName: string })[]>;
  /** A media of that owner with these bytes, there or removed a moment ago, of which something is known. */
  findTwin(query: TwinQuery): Promise<Twin | undefined>;
  /**
   * What was imported from files below a folder, by path, a page at a time: those after `after`. With
   * `removed`, what was imported from watched folders and has been removed since.
   */
  listImports(page: ImportPage): Promise<readonly Import[]>;
  /** A media whose import from this path is still what lies there (size and time unchanged). */
  findImport(stamp: FileStamp): Promise<{ name: string; version: string } | undefined>;
  /** Remembers what a file on this machine looked like when it was imported: a shortcut, no truth. */
  noteImport(stamp: FileStamp, media: { name: string; version: string }): Promise<void>;
  /** Forgets what was imported from a path, or that it was removed; the media stays. */
  forgetImport(path: string): Promise<void>;
  /** Bytes that no record points at any more and whose time has come. */
  listTrash(): Promise<readonly Pick<ObjectRef, "bucket" | "version">[]>;
  /** Strikes bytes from the trash; true when they are still nobody's, and ours to remove. */
  takeTrash(bucket: Bucket, version: string): Promise<boolean>;
  /** Whether any record or the trash knows these bytes. */
  knowsBytes(bucket: Bucket, version: string): Promise<boolean>;
  /** Puts bytes into the trash if, looked at now, no record knows them; says whether it did. */
  condemn(bucket: Bucket, version: string): Promise<boolean>;
  /** What was noted about a watched folder, to tell it from another in its place. */
  watchedFolder(path: string): Promise<string | undefined>;
  noteWatchedFolder(path: string, identity: string): Promise<void>;
  close(): Promise<void>;
}

/** What tells an unchanged file from a changed one without reading it. */
export interface FileStamp {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedNs: bigint;
  readonly inode: bigint;
}

export interface ObjectPage {
  readonly bucket: Bucket;
  readonly after?: string;
  readonly limit: number;
}

export interface ImportPage {
  /** Absolute, without a slash at its end. */
  readonly folder: string;
  readonly after?: string;
  readonly limit: number;
  /** Default: false. */
  readonly removed?: boolean;
}

/** A media and the file on this machine that it came from, as that looked then. */
export interface Import extends FileStamp {
  readonly name: string;
  readonly version: string;
}
