import type { Job, Step } from "../media/job.ts";
import type { Media, MediaType } from "../media/media.ts";

export interface TwinQuery {
  readonly sha256: string;
  /** Results are shared among one owner's media files. */
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

/** Media files by their transcripts. */
export interface TranscriptFilter extends MediaFilter {
  /** The engine of the current transcription job: its name, or the beginning of its id. */
  readonly engine?: string;
  /** Of the transcript, BCP 47; `en` stands for all of `en-…`. */
  readonly languageCode?: string;
  /** Whether a draft engine made it. */
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
