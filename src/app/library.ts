import type { Access } from "../access/access.ts";
import type {
  TranscriptFilter,
  JobFilter,
  MediaFilter,
  MetadataRecord,
  ObjectPage,
} from "../catalog/catalog.ts";
import type { SearchHit, SearchQuery } from "../search/search.ts";
import type {
  JobPage,
  JobPageQuery,
  MediaBrief,
  MediaPage,
  MediaPageQuery,
  QueueCount,
} from "../catalog/pages.ts";
import type { RecordedEvent } from "../media/event.ts";
import type { Job, JobState, Step } from "../media/job.ts";
import type { OutputKind } from "../media/keys.ts";
import type { LabelSummary } from "../media/label.ts";
import type { Media, ObjectRef, Rendition, StoredObject } from "../media/media.ts";
import type { TranscriptionOptions } from "../media/speech.ts";
import type { Transcript } from "../media/transcript.ts";
import type { StreamLinks } from "../access/stream-links.ts";
import type { Notices } from "../notify/notices.ts";
import type { LabelJobs } from "../label-jobs/label-jobs.ts";
import type { Transcriptions } from "../transcriptions/transcriptions.ts";
import type { ClientBuckets } from "./client-buckets.ts";
import type { CaptionOptions, ExportFormat } from "./export-formats.ts";
import type { EditedTranscript, TranscriptEdits } from "./edit-transcript.ts";
import type { ImportedTranscript, ImportOptions } from "./import-transcript.ts";
import type { WatchedJob } from "./jobs.ts";
import type { MediaListing } from "./list.ts";
import type { MediaLogs } from "./logs.ts";
import type { HeardSoFar } from "./ports.ts";
import type {
  EndlessOptions,
  ProcessReport,
  RedoOptions,
  ReprocessOptions,
  WorkOptions,
} from "./processing.ts";
import type { PutOptions, PutResult } from "./put.ts";
import type { RemoveOptions } from "./remove.ts";
import type { MediaDetails } from "./show.ts";
import type { LabelTimeline } from "./timeline.ts";

/**
 * What any library can do, wherever its records and bytes are kept. What is not found or cannot be done
 * is thrown as a MediaError.
 *
 * A method that takes a name finds the current version, of any owner unless one is given. A method that
 * takes a `Media` answers for exactly that version, so that nothing of a media file that takes its place
 * meanwhile is given away.
 */
export interface Library {
  // Media files come and go.

  /** Receives one object from a stream; a worker does what follows from it. @throws as `PutOptions` says */
  put(source: AsyncIterable<Uint8Array>, options: PutOptions): Promise<PutResult>;
  /** Whether an object may come in. @throws MediaError `invalid_name`, `not_yours`, `too_large`, `disk_full` */
  checkPut(options: Pick<PutOptions, "name" | "owner" | "sizeBytes">): Promise<void>;
  /** Removes a media file and all that was made of it; work on it stops. @throws MediaError `not_found` */
  remove(name: string, options?: RemoveOptions): Promise<void>;

  // Work.

  /** Does all waiting jobs of all callers, and returns. */
  workOff(options?: WorkOptions): Promise<ProcessReport>;
  /** Does what waits and what comes, until the signals end it. */
  work(options: EndlessOptions): Promise<void>;
  /**
   * Runs failed and cancelled steps again, and the transcript that was left out because its audio
   * failed: of one media file or (without a name) of all. @throws MediaError `not_found`
   */
  retry(name: string | undefined, options?: WorkOptions & { step?: Step }): Promise<ProcessReport>;
  /** Enqueues what `retry` runs, and returns how many steps are open then. @throws MediaError `not_found` */
  enqueueRetry(name: string, options?: { step?: Step }): Promise<number>;
  /**
   * Plans with today's settings and does what that makes different, for media files by their names or
   * all that pass a filter. New results replace the old ones whole. @throws what `ReprocessOptions` lists
   */
  reprocess(
    which: readonly string[] | TranscriptFilter,
    options?: WorkOptions & RedoOptions,
  ): Promise<ProcessReport>;
  /** Enqueues what `reprocess` does, and returns how many steps are open then. @throws as that does */
  enqueueReprocess(name: string, options?: ReprocessOptions): Promise<number>;
  /**
   * Cancels the queued and running steps of a media file, in any process, and waits a few seconds until
   * they have stopped. Returns how many steps. `retry` runs them after all. @throws MediaError `not_found`
   */
  cancel(name: string): Promise<number>;
  /** From now on no job starts, in any process, until `resume`; running ones go on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Since when (milliseconds since 1970, UTC) no job starts; undefined when they do. */
  pausedSince(): Promise<number | undefined>;

  // Media files are looked up.

  /** Without labels, by name, ascending. */
  mediaAfter(filter: MediaFilter & { readonly limit: number }): Promise<readonly Media[]>;
  /** Every object of a bucket by key, a page at a time. */
  objectsAfter(page: ObjectPage): Promise<readonly StoredObject[]>;
  /** By name, ascending. */
  list(filter?: MediaFilter): Promise<readonly MediaListing[]>;
  /** The same, a page at a time and no faster than it is taken: memory does not grow with the library. */
  allMedia(filter?: MediaFilter): AsyncIterable<readonly MediaListing[]>;
  /** One page, sorted as asked, with a place where the next one begins. */
  page(query: MediaPageQuery): Promise<MediaPage>;
  /** Names and labels, by name; at most `limit` after `after`. */
  briefs(filter: MediaFilter & { owner: string; limit: number }): Promise<readonly MediaBrief[]>;
  /** @throws MediaError `not_found` */
  brief(name: string, owner: string): Promise<MediaBrief>;
  /** @param owner another owner's is not found. Default: any owner's. @throws MediaError `not_found` */
  find(name: string, owner?: string): Promise<Media>;
  /** Everything about one media file. @throws MediaError `not_found` */
  show(name: string): Promise<MediaDetails>;
  /** Words in names, labels and transcripts, best first. */
  search(query: SearchQuery): Promise<readonly SearchHit[]>;
  /** @param owner another owner's is not found. Default: any owner's. @throws MediaError `not_found` */
  metadata(jsonFile: string, owner?: string): Promise<MetadataRecord>;
  labelsOf(media: Media): Promise<readonly LabelSummary[]>;
  /** When each label is seen. @throws MediaError `not_found` when there are no labels, or not yet */
  timelineOf(media: Media): Promise<LabelTimeline>;
  renditionsOf(media: Media): Promise<readonly Rendition[]>;
  outputsOf(media: Media): Promise<readonly StoredObject[]>;
  /** @throws MediaError `not_found` when there is none, or not yet */
  outputNamed(media: Media, kind: OutputKind): Promise<StoredObject>;
  /** The output with a key: `output/web/talk.mp4`. @param owner as of `find` @throws MediaError `not_found` */
  outputAt(key: string, owner?: string): Promise<StoredObject>;
  /** The bytes that were put in. @throws MediaError `not_found` */
  sourceOf(media: Media): Promise<StoredObject>;
  /**
   * Bytes `start` up to, not including, `end`; fewer when the store has lost some. A chunk is good until
   * seven more have been asked for: copy what is kept longer. Call `return()` to end it before its end.
   * @throws MediaError `not_found`
   */
  chunks(
    object: ObjectRef,
    range: { readonly start: number; readonly end: number },
  ): Promise<AsyncGenerator<Uint8Array, void, void>>;

  // Transcripts.

  /** Whether an engine here can follow these options. @throws MediaError as `Engines.checkSpeech` does */
  checkSpeech(options: TranscriptionOptions): Promise<void>;

  /** @throws MediaError `not_found` when there is no transcript, or not yet */
  transcriptOf(media: Media): Promise<Transcript>;
  /** The transcript as a file of that format. @throws MediaError `not_found` */
  export(which: string | Media, format: ExportFormat, options?: CaptionOptions): Promise<string>;
  /** The transcript as a Word document. @throws MediaError `not_found`, `engine_missing` without the package docx */
  exportDocument(which: string | Media): Promise<Uint8Array>;

  /**
   * Takes a file of another program as the transcript: Amazon Transcribe's or Whisper's JSON, WebVTT, SRT. A worker
   * does what follows. @throws MediaError `not_found`, `transcript_pending`, `invalid_argument` with the place
   */
  importTranscript(
    which: string | Media,
    file: Uint8Array,
    options?: ImportOptions,
  ): Promise<ImportedTranscript>;

  /**
   * Corrects words and names speakers; what stays keeps its times. A worker does what follows.
   * @throws MediaError `not_found`, `transcript_pending`, `invalid_argument`, `precondition_failed`
   */
  editTranscript(which: string | Media, edits: TranscriptEdits): Promise<EditedTranscript>;

  // Jobs and events.

  jobs(filter?: Pick<JobFilter, "name" | "state" | "limit">): Promise<readonly Job[]>;
  /** The jobs of all media files, oldest first, a page at a time as `allMedia`. */
  allJobs(filter?: { state?: JobState; limit?: number }): AsyncIterable<readonly Job[]>;
  /** With attempts and places in line. */
  jobsOf(media: Media): Promise<readonly WatchedJob[]>;
  /** The text of a transcription that is not done yet; undefined for other jobs, and before the first words. */
  heardSoFar(job: Job): Promise<HeardSoFar | undefined>;
  /** One page of an owner's jobs, newest first. */
  jobPage(query: JobPageQuery): Promise<JobPage>;
  /** How many jobs of each kind wait and run, and since when. */
  queueCounts(): Promise<readonly QueueCount[]>;
  /** The events of a media file and the attempts at its jobs, also after its removal. @throws MediaError `not_found` */
  logs(name: string): Promise<MediaLogs>;
  /** The number of the last event; 0 when nothing has happened yet. */
  lastEvent(): Promise<number>;
  /** Events after one, oldest first: an owner's, or everybody's. */
  eventsAfter(query: {
    owner?: string;
    after: number;
    limit: number;
  }): Promise<readonly RecordedEvent[]>;

  /** Users and their keys. */
  readonly access: Access;
  /** Links by which players without a key fetch a stream. */
  readonly streamLinks: StreamLinks;
  /** Buckets that clients make beside `uploads` and `outputs`. */
  readonly buckets: ClientBuckets;
  /** Transcription jobs that clients start by name, and their vocabularies. */
  readonly transcriptions: Transcriptions;
  /** Label jobs that clients of AWS's protocols start. */
  readonly labelJobs: LabelJobs;
  /** Who is told that media files are ready or failed, and what came of it. */
  readonly notices: Notices;
  close(): Promise<void>;
}
