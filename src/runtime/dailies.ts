import type {
  Attempt,
  MediaFilter,
  MetadataRecord,
  SearchHit,
  SearchQuery,
} from "../catalog/catalog.ts";
import type { Progress } from "../media/engine.ts";
import type { MediaError } from "../media/errors.ts";
import type { RecordedEvent } from "../media/event.ts";
import type { Job, JobState, Step } from "../media/job.ts";
import type { LabelSummary } from "../media/label.ts";
import type { Media, Rendition, StoredObject } from "../media/media.ts";
import type { Transcript } from "../media/transcript.ts";

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
}

export interface ProcessOptions {
  /** Writes the outputs below this folder, by their keys. */
  readonly out?: string;
  /** Only these steps, and what they need. Default: all that fit the media. */
  readonly only?: readonly Step[];
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
  /** Of what was asked for. `unchanged`: all of it was there already. */
  readonly state: "ready" | "failed" | "unchanged";
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

export interface WorkOptions {
  readonly signal?: AbortSignal;
  readonly onUpdate?: (update: ProcessUpdate) => void;
}

export const exportFormats = ["srt", "vtt", "txt", "json", "csv"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Dailies on one machine: the composed application. */
export interface Dailies {
  /** Takes in files and folders, does all that is to be done with them, and returns when it is done. */
  process(paths: readonly string[], options?: ProcessOptions): Promise<ProcessReport>;
  /** Works off everything that waits, whoever asked for it. */
  workOff(options?: WorkOptions): Promise<ProcessReport>;
  list(filter?: MediaFilter): Promise<readonly MediaListing[]>;
  /** @throws MediaError `not_found` */
  show(name: string): Promise<MediaDetails>;
  /** @throws MediaError `not_found` */
  metadata(jsonFile: string): Promise<MetadataRecord>;
  search(query: SearchQuery): Promise<readonly SearchHit[]>;
  /** The transcript as a file of that format. @throws MediaError `not_found` */
  export(name: string, format: ExportFormat): Promise<string>;
  jobs(filter?: { name?: string; state?: JobState; limit?: number }): Promise<readonly Job[]>;
  /** Does failed, cancelled and skipped steps again, of one media or (without a name) of all. */
  retry(name: string | undefined, options?: WorkOptions & { step?: Step }): Promise<ProcessReport>;
  /** Plans with today's settings and does what that makes different. */
  reprocess(
    names: readonly string[],
    options?: WorkOptions & { only?: readonly Step[] },
  ): Promise<ProcessReport>;
  /** Removes the record and every derivative; running work on it is stopped. @throws MediaError `not_found` */
  remove(name: string): Promise<void>;
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
  /** Repairs what a crash left: takes jobs over, removes bytes nobody knows. */
  recover(): Promise<{ jobsTakenOver: number; objectsRemoved: number; foldersRemoved: number }>;
  close(): Promise<void>;
}
