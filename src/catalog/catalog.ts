import type { RecordedEvent } from "../media/event.ts";
import type { Job, Step } from "../media/job.ts";
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
import type { Pages } from "./pages.ts";
import type { Applied, Attempt, FileStamp, MetadataRecord, Twin, Write } from "./write.ts";

export type * from "./write.ts";

export interface TwinQuery {
  readonly sha256: string;
  /** Nobody gets what was made of another owner's media. */
  readonly owner: string;
}

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
  /** Applies a write, and returns the media file as it is then; undefined when the write is superseded. */
  applyAndGet(write: Write): Promise<Media | undefined>;
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
