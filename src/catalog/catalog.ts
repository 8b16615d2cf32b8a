import type { RecordedEvent } from "../media/event.ts";
import type { Job } from "../media/job.ts";
import type { LabelSummary } from "../media/label.ts";
import type { Bucket, Media, Rendition, StoredObject } from "../media/media.ts";
import type { TranscriptionOptions } from "../media/speech.ts";
import type { JobFilter, MediaRef, TranscriptFilter, TwinQuery } from "./filters.ts";
import type { Pages } from "./pages.ts";
import type { Applied, Attempt, MetadataRecord, Twin, Write } from "./write.ts";

export type * from "./filters.ts";
export type * from "./write.ts";

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
  listMedia(filter: TranscriptFilter): Promise<readonly Media[]>;
  listJobs(filter: JobFilter): Promise<readonly Job[]>;
  /** All attempts at the jobs of a media file's current version, oldest first. */
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
  /** With `owner`, only if it is this owner's media file. */
  getMetadata(jsonFile: string, owner?: string): Promise<MetadataRecord | undefined>;
  /** Every object of a bucket by key, a page at a time: those after `after`. */
  listObjects(page: ObjectPage): Promise<readonly (StoredObject & { mediaName: string })[]>;
  /** A media file of that owner with these bytes, there or just removed, whose facts are known. */
  findTwin(query: TwinQuery): Promise<Twin | undefined>;
  close(): Promise<void>;
}

export interface ObjectPage {
  readonly bucket: Bucket;
  /** Default: any owner's. */
  readonly owner?: string;
  readonly startsWith?: string;
  readonly after?: string;
  readonly limit: number;
}
