import type { Access } from "../access/access.ts";
import type { BackupOptions, BackupReport } from "../backup/backup.ts";
import type {
  Attempt,
  MediaFilter,
  MetadataRecord,
  SearchHit,
  SearchQuery,
} from "../catalog/catalog.ts";
import type { HeardFilter } from "../catalog/catalog.ts";
import type { BatchSettings } from "../batch/settings.ts";
import type { BatchRow } from "../batch/summary.ts";
import type { WatchEvent } from "../intake/watch.ts";
import type { ReconcileOptions, ReconcileReport } from "../lifecycle/reconcile.ts";
import type { Progress } from "../media/engine.ts";
import type { MediaError } from "../media/errors.ts";
import type { RecordedEvent } from "../media/event.ts";
import type { Job, JobState, Step } from "../media/job.ts";
import type { LabelSummary } from "../media/label.ts";
import type { Media, Rendition, StoredObject } from "../media/media.ts";
import type { Transcript } from "../media/transcript.ts";
import type { Notices } from "../notify/notices.ts";
import type { ServiceQueries } from "./service.ts";
import type { Space } from "./space.ts";
import type { SpeechOptions } from "./speech-wish.ts";

export type { LostObject, Orphan, ReconcileReport } from "../lifecycle/reconcile.ts";
export type { Space };
/** Which media are meant: all that pass. */
export type MediaWhere = HeardFilter;

/** Everything about one media. */
export interface MediaDetails {
  readonly media: Media;
  readonly renditions: readonly Rendition[];
  readonly outputs: readonly StoredObject[];
  readonly labels: readonly LabelSummary[];
  readonly transcript?: Transcript;
  readonly jobs: readonly Job[];
}

/** One line of a list of media. */
export interface MediaListing {
  readonly media: Media;
  readonly labels: readonly LabelSummary[];
  /** True when a draft engine heard its transcript. */
  readonly draft: boolean;
}

export interface ProcessOptions {
  /** Writes the outputs below this folder, by their keys. */
  readonly out?: string;
  /** Only these steps, and what they need. Default: all that fit the media. */
  readonly only?: readonly Step[];
  /** How it is to be heard. Default: as wished before, else as the library is set. */
  readonly speech?: SpeechOptions;
  /** The media's name, when there is one input that is a file. Default: base name, or path below the folder given. */
  readonly name?: string;
  /** Other bytes under an existing name take its place. Default: `name_conflict`. */
  readonly replace?: boolean;
  /** After it, running work is handed back and the call returns with what is done. */
  readonly signal?: AbortSignal;
  readonly onUpdate?: (update: ProcessUpdate) => void;
}

/** What happens during `process`, as it happens. */
export type ProcessUpdate =
  /** How many files there are to take in, once they are counted. */
  | { readonly type: "found"; readonly files: number }
  /** A file of the folder that is no media, or no file. */
  | { readonly type: "ignored"; readonly path: string; readonly reason: string }
  | { readonly type: "refused"; readonly path: string; readonly error: MediaError }
  /** In the catalog now, with something to do. Where all is there already, it is finished at once. */
  | { readonly type: "accepted"; readonly name: string }
  | {
      readonly type: "progress";
      readonly name: string;
      readonly step: Step;
      readonly progress: Progress;
    }
  | { readonly type: "step"; readonly name: string; readonly job: Job }
  | { readonly type: "finished"; readonly result: ProcessedMedia };

export interface ProcessedMedia {
  readonly name: string;
  /** Of what was asked for. `unchanged`: all of it was there already; `shared`: made before, of the same bytes under another name. */
  readonly state: "ready" | "failed" | "unchanged" | "shared";
  readonly jobs: readonly Job[];
  /** Files written below `out`, in the order of their keys; empty without it. */
  readonly written: readonly string[];
}

export interface ProcessReport {
  readonly finished: readonly ProcessedMedia[];
  readonly refused: readonly { readonly path: string; readonly error: MediaError }[];
  readonly ignored: readonly { readonly path: string; readonly reason: string }[];
  /** True when the signal ended it early. */
  readonly interrupted: boolean;
}

export interface WatchFolderOptions {
  /** What the names begin with, before the path below the folder. Default: nothing. */
  readonly prefix?: string;
  /** Default: `local`. */
  readonly owner?: string;
  /** Whether a file that goes takes its media with it. Default: true. */
  readonly removals?: boolean;
  /** How long a file must have been still before it counts as written whole. Default: 2 s. */
  readonly quietMs?: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: WatchEvent) => void;
}

export interface PutOptions {
  readonly name: string;
  /** Whose it is to be. Default: `local`. */
  readonly owner?: string;
  /** As the uploader says; what it is, is found out from its bytes. Default: by the name's ending. */
  readonly contentType?: string;
  /** Other bytes under an existing name take its place. Default: `name_conflict`. */
  readonly replace?: boolean;
  /** A folder, all links resolved, that a file to be read must lie in. Default: it may lie anywhere. */
  readonly within?: string;
  /** Whether it is remembered what the file looked like, so that it need not be read again. Default: true. */
  readonly remember?: boolean;
  readonly signal?: AbortSignal;
}

export interface PutResult {
  readonly media: Media;
  /** `shared`: it has what was made of the same bytes under another name. */
  readonly change: "created" | "replaced" | "shared" | "unchanged";
}

export interface WorkOptions {
  readonly signal?: AbortSignal;
  readonly onUpdate?: (update: ProcessUpdate) => void;
}

export interface ReprocessOptions {
  /** Only these steps, and what they need. Default: all that fit the media. */
  readonly only?: readonly Step[];
  /** How they are to be heard from now on. Default: as before. */
  readonly speech?: SpeechOptions;
}

export interface EndlessOptions extends WorkOptions {
  readonly signal: AbortSignal;
  readonly drain: AbortSignal;
  /** The engines are there, and the first job is looked for. */
  readonly onStart?: () => void;
}

/** What happens in a batch, as it happens. */
export type BatchUpdate =
  /** How many inputs there are, and how many of them are to be done. */
  | {
      readonly type: "found";
      readonly inputs: number;
      readonly toDo: number;
      readonly toDoBytes: number;
      /** How many may be in the library undone, and how many of them are transcribed at once here. */
      readonly admitted: number;
      readonly atOnce: number;
    }
  | { readonly type: "ignored"; readonly path: string; readonly reason: string }
  /** Done before with the same contents and settings. */
  | { readonly type: "skipped"; readonly job: string; readonly input: string }
  | {
      readonly type: "queued";
      readonly job: string;
      readonly input: string;
      readonly sizeBytes: number;
    }
  | {
      readonly type: "progress";
      readonly job: string;
      readonly step: Step;
      readonly progress: Progress;
    }
  /** A step of it has ended: the next one waits for its turn, or its results are written. */
  | { readonly type: "waiting"; readonly job: string }
  | { readonly type: "completed"; readonly row: BatchRow }
  | { readonly type: "failed"; readonly row: BatchRow }
  /** Something beside the transcription did not work: an input that cannot be moved, say. */
  | { readonly type: "problem"; readonly path: string; readonly error: MediaError };

export interface BatchReport {
  /** Of the whole batch, however often it was stopped and started again. */
  readonly completed: number;
  readonly failed: number;
  /** Done before with the same contents and settings. */
  readonly skipped: number;
  /** Files that are no recordings. */
  readonly ignored: number;
  readonly problems: readonly { readonly path: string; readonly error: MediaError }[];
  /** The files; absent when nothing was to be done, or it was interrupted. */
  readonly summaries?: { readonly completed: string; readonly failed: string };
  /** Media that are in the library below the bucket, at most 100: none, unless they were kept. */
  readonly left: readonly string[];
  readonly interrupted: boolean;
}

export interface BatchOptions {
  readonly signal: AbortSignal;
  readonly onUpdate: (update: BatchUpdate) => void;
}

/** What a batch would do. */
export interface BatchPreview {
  readonly toDo: readonly BatchPreviewInput[];
  readonly skipped: readonly BatchPreviewInput[];
  readonly ignored: readonly { readonly path: string; readonly reason: string }[];
  readonly admitted: number;
  readonly atOnce: number;
  /** Of sound to be transcribed, and of work; absent when no input says how long it is. */
  readonly soundMs?: number;
  readonly elapsedMs?: number;
  /** What the estimate goes by: the last batch here, or the draft engine's usual pace. */
  readonly by: "last batch" | "usual pace";
}

interface BatchPreviewInput {
  readonly input: string;
  readonly job: string;
  readonly sizeBytes: number;
}

export { scopes } from "../access/access.ts";
export const exportFormats = ["srt", "vtt", "txt", "json", "csv"] as const;
/** How WebVTT is written; other formats have neither. */
export interface CaptionOptions {
  /** Says who speaks, where it is known. Default: false. */
  readonly voices?: boolean;
  /** Marks the time of each word. Default: false. */
  readonly wordTimes?: boolean;
}
export type ExportFormat = (typeof exportFormats)[number];

/** Dailies on one machine: the composed application. */
export interface Dailies extends ServiceQueries {
  /** Takes in files and folders, does all that is to be done with them, and returns when it is done. */
  process(paths: readonly string[], options?: ProcessOptions): Promise<ProcessReport>;
  /**
   * Works off everything that waits, whoever asked for it, and then what comes. After `drain` nothing
   * is begun any more, and it returns when what runs has ended; after `signal` that is handed back.
   */
  work(options: EndlessOptions): Promise<void>;
  /** Asks for what `retry` does, and returns at once with how many steps wait again. @throws MediaError `not_found` */
  askRetry(name: string, options?: { step?: Step }): Promise<number>;
  /** Asks for what `reprocess` does, and returns at once. @throws MediaError `not_found` */
  askReprocess(name: string, options?: ReprocessOptions): Promise<number>;
  /** Works off everything that waits, whoever asked for it. */
  workOff(options?: WorkOptions): Promise<ProcessReport>;
  list(filter?: MediaFilter): Promise<readonly MediaListing[]>;
  /** @throws MediaError `not_found` */
  show(name: string): Promise<MediaDetails>;
  /** @param owner whose it must be; another's is not found. Default: anybody's. @throws MediaError `not_found` */
  metadata(jsonFile: string, owner?: string): Promise<MetadataRecord>;
  search(query: SearchQuery): Promise<readonly SearchHit[]>;
  /** The transcript as a file of that format. @throws MediaError `not_found` */
  export(name: string, format: ExportFormat, options?: CaptionOptions): Promise<string>;
  /** The transcript as a Word document. @throws MediaError `not_found`, `engine_missing` without the package docx */
  exportDocument(name: string): Promise<Uint8Array>;
  /**
   * Transcribes a folder of recordings into another folder. It can be stopped at any time, and the
   * same call goes on: nothing is done twice.
   * @throws MediaError `invalid_argument`, `not_found` for folders that cannot be used, `batch_running`;
   * `disk_full`, `storage_failed` when results cannot be written
   */
  batch(settings: BatchSettings, options: BatchOptions): Promise<BatchReport>;
  /** What `batch` would do, and how long it should take; does nothing. @throws what `batch` throws */
  previewBatch(settings: BatchSettings, signal: AbortSignal): Promise<BatchPreview>;
  jobs(filter?: { name?: string; state?: JobState; limit?: number }): Promise<readonly Job[]>;
  /**
   * Does failed and cancelled steps again, and the transcript that was left out because its audio failed:
   * of one media or (without a name) of all. @throws MediaError `not_found`
   */
  retry(name: string | undefined, options?: WorkOptions & { step?: Step }): Promise<ProcessReport>;
  /**
   * Plans with today's settings and does what that makes different; new results replace the old ones
   * whole. What is asked of: media by their names, or all that pass a filter.
   * @throws MediaError `not_found`; `unsupported_language`, `model_missing` when a wish cannot be met here
   */
  reprocess(
    which: readonly string[] | HeardFilter,
    options?: WorkOptions & ReprocessOptions,
  ): Promise<ProcessReport>;
  /**
   * Takes in one object, from a file or a stream; what is to be done with it waits for a worker. The
   * same bytes under the same name change nothing; under another name of the same owner they share
   * what was made of them.
   * @throws MediaError `invalid_name`, `empty_file`, `name_conflict` (other bytes, without `replace`),
   * `not_yours` (another owner's name), `too_large` (a stream), `file_changing`, `disk_full`, `storage_failed`, `cancelled`
   */
  put(source: string | AsyncIterable<Uint8Array>, options: PutOptions): Promise<PutResult>;
  /**
   * Keeps the library in step with a folder until the signal: what is in it comes in when it is written
   * whole, what changes comes in again, what goes is removed.
   */
  watch(dir: string, options: WatchFolderOptions): Promise<void>;
  /**
   * Whether something may come in: asked before its bytes are sent.
   * @throws MediaError `invalid_name`, `not_yours`, `too_large`, `disk_full`
   */
  mayPut(options: { name: string; owner?: string; sizeBytes?: number }): Promise<void>;
  /**
   * Takes in a file that nobody else needs, such as a finished upload: where it lies on the same
   * disk, its bytes are not copied. It is removed when its object is recorded. What is thrown is `put`'s.
   * @param options.sha256 of its bytes, where it is known: they are not read again.
   */
  putUpload(path: string, options: PutOptions & { sha256?: string }): Promise<PutResult>;
  /**
   * Removes the record and every derivative; running work on it is stopped. What was made is kept for
   * `keepMs` (default: 10 s) for the same bytes under another name: a rename.
   * @param options.owner whose it must be; another's is not found. Default: anybody's.
   * @throws MediaError `not_found`
   */
  remove(name: string, options?: { owner?: string; keepMs?: number }): Promise<void>;
  /**
   * Cancels what is queued or running for a media, in whatever process, and waits a few seconds until
   * it has stopped. Returns how many steps. `retry` does them after all. @throws MediaError `not_found`
   */
  cancel(name: string): Promise<number>;
  /** From now on no job is begun, in any process, until `resume`; what runs goes on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Since when (milliseconds since 1970, UTC) no job is begun; undefined when they are. */
  pausedSince(): Promise<number | undefined>;
  /** What happened to a media: its events and the attempts at its jobs. @throws MediaError `not_found` */
  logs(name: string): Promise<{ events: readonly RecordedEvent[]; attempts: readonly Attempt[] }>;
  /**
   * Copies the library into a folder while others work with it. What an earlier backup has left there
   * is not copied again. @throws MediaError `disk_full`, `storage_failed`, `invalid_argument`
   */
  backup(dir: string, options?: BackupOptions): Promise<BackupReport>;
  /** Users and their keys. */
  readonly access: Access;
  /** Who is told that media are done or failed, and how that goes. */
  readonly notices: Notices;
  /**
   * Compares the catalog with the store: outputs whose bytes are lost are made again, bytes that nobody
   * knows are told, and removed if that is asked for.
   */
  reconcile(options?: ReconcileOptions): Promise<ReconcileReport>;
  /** How much room the disk has; with too little, jobs wait and nothing is taken in. */
  space(): Promise<Space>;
  /** Repairs what a crash left: takes jobs over, removes bytes nobody knows. */
  recover(): Promise<{ jobsTakenOver: number; objectsRemoved: number; foldersRemoved: number }>;
  close(): Promise<void>;
}
