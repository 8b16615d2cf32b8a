import type { Access } from "../access/access.ts";
import type { BackupOptions, BackupReport } from "../local/backup/backup.ts";
import type { BatchSettings } from "../batch/settings.ts";
import type {
  Attempt,
  HeardFilter,
  MediaFilter,
  MetadataRecord,
  SearchHit,
  SearchQuery,
} from "../catalog/catalog.ts";
import type { ReconcileOptions, ReconcileReport } from "./reconcile.ts";
import type { RecordedEvent } from "../media/event.ts";
import type { Job, JobState, Step } from "../media/job.ts";
import type { Notices } from "../runtime/notices.ts";
import type {
  PutOptions,
  PutResult,
  RemoveOptions,
  UploadOptions,
  WatchFolderOptions,
} from "./arrival-options.ts";
import type { BatchOptions, BatchPreview, BatchReport } from "../batch/report.ts";
import type { CaptionOptions, ExportFormat } from "./export-formats.ts";
import type { MediaDetails, MediaListing } from "./media-details.ts";
import type { Recovered } from "./parts.ts";
import type {
  EndlessOptions,
  ProcessOptions,
  ProcessReport,
  ReprocessOptions,
  WorkOptions,
} from "./processing.ts";
import type { ServiceQueries } from "./service.ts";
import type { Space } from "../local/space.ts";

/** Dailies on one machine: the composed application. What is not found or cannot be done is thrown as a MediaError. */
export interface Dailies extends ServiceQueries {
  // Media come in and go.

  /** Takes in files and folders, does all that is to be done with them, and returns when it is done. */
  process(paths: readonly string[], options?: ProcessOptions): Promise<ProcessReport>;
  /** Takes in one object; what is to be done with it waits for a worker. @throws what `PutOptions` lists */
  put(source: string | AsyncIterable<Uint8Array>, options: PutOptions): Promise<PutResult>;
  /** The same for a file that nobody else needs: it is moved where it can be, and gone when it is recorded. */
  putUpload(path: string, options: UploadOptions): Promise<PutResult>;
  /** Whether something may come in. @throws MediaError `invalid_name`, `not_yours`, `too_large`, `disk_full` */
  mayPut(options: { name: string; owner?: string; sizeBytes?: number }): Promise<void>;
  /** Keeps the library in step with a folder until the signal; a file comes in when it is written whole. */
  watch(dir: string, options: WatchFolderOptions): Promise<void>;
  /** Removes the record and every derivative; running work on it is stopped. @throws MediaError `not_found` */
  remove(name: string, options?: RemoveOptions): Promise<void>;

  // Work is done, done again, stopped.

  /** Works off everything that waits, whoever asked for it. */
  workOff(options?: WorkOptions): Promise<ProcessReport>;
  /** The same, and then what comes, until it is told to end. */
  work(options: EndlessOptions): Promise<void>;
  /**
   * Does failed and cancelled steps again, and the transcript that was left out because its audio
   * failed: of one media or (without a name) of all. @throws MediaError `not_found`
   */
  retry(name: string | undefined, options?: WorkOptions & { step?: Step }): Promise<ProcessReport>;
  /** Asks for what `retry` does, and returns at once with how many steps wait again. @throws MediaError `not_found` */
  askRetry(name: string, options?: { step?: Step }): Promise<number>;
  /**
   * Plans with today's settings and does what that makes different, for media by their names or all that
   * pass a filter. New results replace the old ones whole. @throws what `ReprocessOptions` lists
   */
  reprocess(
    which: readonly string[] | HeardFilter,
    options?: WorkOptions & ReprocessOptions,
  ): Promise<ProcessReport>;
  /** Asks for what `reprocess` does, and returns at once with how many steps are open. @throws as that does */
  askReprocess(name: string, options?: ReprocessOptions): Promise<number>;
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

  // Folders of recordings are transcribed into other folders.

  /** Can be stopped at any time, and the same call goes on: nothing is done twice. @throws what `BatchOptions` lists */
  batch(settings: BatchSettings, options: BatchOptions): Promise<BatchReport>;
  /** What `batch` would do, and how long it should take; does nothing. @throws what `batch` throws */
  previewBatch(settings: BatchSettings, signal: AbortSignal): Promise<BatchPreview>;

  // What there is, is asked.

  list(filter?: MediaFilter): Promise<readonly MediaListing[]>;
  /** The same, a page at a time and no faster than it is taken: memory does not grow with the library. */
  allMedia(filter?: MediaFilter): AsyncIterable<readonly MediaListing[]>;
  /** @throws MediaError `not_found` */
  show(name: string): Promise<MediaDetails>;
  /** @param owner whose it must be; another's is not found. Default: anybody's. @throws MediaError `not_found` */
  metadata(jsonFile: string, owner?: string): Promise<MetadataRecord>;
  search(query: SearchQuery): Promise<readonly SearchHit[]>;
  /** The transcript as a file of that format. @throws MediaError `not_found` */
  export(name: string, format: ExportFormat, options?: CaptionOptions): Promise<string>;
  /** The transcript as a Word document. @throws MediaError `not_found`, `engine_missing` without the package docx */
  exportDocument(name: string): Promise<Uint8Array>;
  jobs(filter?: { name?: string; state?: JobState; limit?: number }): Promise<readonly Job[]>;
  /** Every media's, oldest first, a page at a time as `allMedia`. */
  allJobs(filter?: { state?: JobState; limit?: number }): AsyncIterable<readonly Job[]>;
  /** What happened to a media: its events and the attempts at its jobs. @throws MediaError `not_found` */
  logs(name: string): Promise<{ events: readonly RecordedEvent[]; attempts: readonly Attempt[] }>;

  // The library is kept.

  /** Users and their keys. */
  readonly access: Access;
  /** Who is told that media are done or failed, and how that goes. */
  readonly notices: Notices;
  /** How much room the disk has; with too little, jobs wait and nothing is taken in. */
  space(): Promise<Space>;
  /**
   * Copies the library into a folder while others work with it; what an earlier backup has left there
   * is not copied again. @throws MediaError `disk_full`, `storage_failed`, `invalid_argument`
   */
  backup(dir: string, options?: BackupOptions): Promise<BackupReport>;
  /**
   * Compares the catalog with the store: outputs whose bytes are lost are made again, bytes that nobody
   * knows are told, and removed if that is asked for.
   */
  reconcile(options?: ReconcileOptions): Promise<ReconcileReport>;
  /** Repairs what a crash left: takes jobs over, removes bytes nobody knows. */
  recover(): Promise<Recovered>;
  close(): Promise<void>;
}
