import type { RecordedEvent } from "../media/event.ts";
import type { Job, Step } from "../media/job.ts";
import type { LabelSummary } from "../media/label.ts";
import type { Bucket, Media, MediaType, Rendition, StoredObject } from "../media/media.ts";
import type { TranscriptionOptions } from "../media/speech.ts";
import type { Pages } from "./pages.ts";
import type { Applied, Attempt, MetadataRecord, Twin, Write } from "./write.ts";

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

/** Names one version of a media file. */
export type MediaRef = Pick<Media, "name" | "version">;

export interface JobFilter {
  /** The jobs of the current version of this media file. */
  readonly name?: string;
  /** The jobs of this version. */
  readonly media?: MediaRef;
  readonly state?: Job["state"];
  readonly step?: Step;
  readonly limit?: number;
}

/**
 * The truth about every media file. `apply` is the only way to write. What a version has is asked by
 * name and version: a store may keep each media file's record under its name.
 */
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
  /** How people last asked for the speech of this version to be transcribed; undefined when nobody did. */
  transcriptionOptions(media: MediaRef): Promise<TranscriptionOptions | undefined>;
  /** The bytes that were put in; undefined when this version is no more. */
  getSource(media: MediaRef): Promise<StoredObject | undefined>;
  listRenditions(media: MediaRef): Promise<readonly Rendition[]>;
  /** Every output of a version, renditions included, by key. */
  listOutputs(media: MediaRef): Promise<readonly StoredObject[]>;
  getLabels(media: MediaRef): Promise<readonly LabelSummary[]>;
  /** Whether a draft engine made the transcript of a version. */
  isDraft(media: MediaRef): Promise<boolean>;
  /** With `owner`, only if it is this owner's media. */
  getMetadata(jsonFile: string, owner?: string): Promise<MetadataRecord | undefined>;
  /** Every object of a bucket by key, a page at a time: those after `after`. */
  listObjects(page: ObjectPage): Promise<readonly (StoredObject & { mediaName: string })[]>;
  /** A media of that owner with these bytes, there or removed a moment ago, of which something is known. */
  findTwin(query: TwinQuery): Promise<Twin | undefined>;
  close(): Promise<void>;
}

export interface ObjectPage {
  readonly bucket: Bucket;
  readonly after?: string;
  readonly limit: number;
}
