import type { Job, NewJob, Slot } from "../media/job.ts";
import type { LabelSummary } from "../media/label.ts";
import type { Media, Rendition, StoredObject } from "../media/media.ts";
import type { Topic } from "../media/notice.ts";
import type { TranscriptionOptions } from "../media/speech.ts";

/**
 * Everything that the rules know of one media file: plain data that is never changed, only replaced.
 * It stays small (below 100 KB with three hours of speech): the words of a transcript and the items of
 * its metadata lie beside it.
 */
export interface MediaRecord {
  readonly media: Media;
  /** In the order in which they were first enqueued. One that another has replaced is here while it runs. */
  readonly jobs: readonly JobRecord[];
  readonly stored: Stored;
  /** The last message about this version. */
  readonly told?: Told;
  /** How people want its speech transcribed. Absent: as the library is configured. */
  readonly transcriptionOptions?: TranscriptionOptions;
}

/** What is stored for a media file. Few writes look at it: a store may load it when it is asked for. */
export interface Stored {
  /** The source and the outputs. A bucket and key stand here once. */
  readonly objects: readonly StoredObject[];
  readonly renditions: readonly Rendition[];
  readonly labels: readonly LabelSummary[];
  readonly transcript?: TranscriptRecord | undefined;
  /** Whether search finds it. */
  readonly isIndexed: boolean;
}

/** One job of a media file. Progress is not part of the record: queues report it live. */
export interface JobRecord extends NewJob, Omit<Job, keyof NewJob | "progress"> {
  /** What it occupies while it runs; chosen when it was first enqueued. */
  readonly slot: Slot;
  /** False: another job for the same part has replaced it, and its result will be discarded. */
  readonly isCurrent: boolean;
  /** Executions since it was enqueued that ended with their process. */
  readonly deaths: number;
  /** Present exactly while `state` is `running`. */
  readonly running?: RunningAttempt;
  /** The end of what the engine printed when it failed: present only beside `failure`. */
  readonly lastOutput?: string;
}

/** The attempt that holds a job. */
export interface RunningAttempt {
  readonly attempt: string;
  /** The session of the process that works on it, or began it. */
  readonly session: string;
  /** True: it has to stop at its next heartbeat. */
  readonly isCancelRequested: boolean;
  /** The provider's name for the work, once a provider has accepted it: the work goes on elsewhere. */
  readonly externalId?: string;
}

/** What is known of a transcript without reading it. */
export interface TranscriptRecord {
  /** BCP 47. */
  readonly languageCode: string;
  /** True when a draft engine made it. */
  readonly draft: boolean;
  /** The object key of its JSON. */
  readonly jsonFile: string;
  /** Its first `transcriptBeginning` characters, or all. */
  readonly beginning: string;
  /** Whether `beginning` is all of it. */
  readonly whole: boolean;
}

/** How much of a transcript a record keeps, in characters. */
export const transcriptBeginning = 600;

/** How much of an engine's output a record keeps of a failed attempt, in UTF-16 units. */
export const lastOutputLength = 4_096;

/** Which message was written last, so that the same outcome is told once. */
export interface Told {
  readonly topic: Topic;
  /** Names the jobs and how each ended. */
  readonly run: string;
}

export const isOpen = ({ state }: Pick<Job, "state">): boolean =>
  state === "queued" || state === "running";

/** The jobs whose results count: one for each part. */
export function currentJobs({ jobs }: Pick<MediaRecord, "jobs">): readonly JobRecord[] {
  return jobs.filter(({ isCurrent }) => isCurrent);
}

/** What was made of the media file, by key. */
export function outputsOf({ stored }: Pick<MediaRecord, "stored">): readonly StoredObject[] {
  return stored.objects
    .filter(({ bucket }) => bucket === "outputs")
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** A job as it is shown. */
export function jobView(record: JobRecord): Job {
  const { slot: _, isCurrent: _c, deaths: _d, running: _r, lastOutput: _o, ...job } = record;
  return job;
}
