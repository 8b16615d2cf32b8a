import type { VocabularyPhrase } from "../media/speech.ts";

/**
 * Transcription jobs that clients of AWS's protocol start, and their vocabularies.
 *
 * Transcription job: one recording that is to be transcribed once, under a name of the client's. While it is in
 * progress it has a media file in the library, whose step `transcribe` does the work.
 */

export const transcriptionStates = ["QUEUED", "IN_PROGRESS", "COMPLETED", "FAILED"] as const;
export type TranscriptionState = (typeof transcriptionStates)[number];

/** Where bytes of a client lie. */
export interface ClientObject {
  readonly bucket: string;
  readonly key: string;
}

/** What a job has made, by the places where it is. */
export interface Made {
  readonly transcript: ClientObject;
  readonly subtitles: readonly ClientObject[];
  readonly languageCode?: string;
  /** 0–1, where the language was identified. */
  readonly languageScore?: number;
  readonly sampleRateHz?: number;
  readonly format?: string;
}

export interface TranscriptionJob<Asked = unknown> {
  readonly id: string;
  readonly owner: string;
  /** The client's own; no two of one owner have the same. */
  readonly name: string;
  readonly state: TranscriptionState;
  /** It had to wait for others to end before it began. */
  readonly wasQueued: boolean;
  /** Milliseconds since 1970, UTC, as the other times. */
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** The request as it was checked. */
  readonly asked: Asked;
  /** Of a completed one. */
  readonly made?: Made;
  /** Why it failed. */
  readonly failure?: string;
}

/** How many jobs of one owner may be in progress and wait. */
export interface TranscriptionLimits {
  readonly slots: number;
  readonly queue: number;
}

/** A vocabulary: phrases under a name of the client's. */
export interface NamedVocabulary {
  readonly owner: string;
  readonly name: string;
  readonly languageCode: string;
  readonly phrases: readonly VocabularyPhrase[];
  readonly changedAt: number;
  /** Why it cannot be used. */
  readonly failure?: string;
}

/** A page of a list, newest first. */
export interface JobsPage {
  readonly state?: TranscriptionState;
  /** In the name, whatever the case of its letters. */
  readonly contains?: string;
  /** Jobs before this one in the list. */
  readonly after?: Pick<TranscriptionJob, "createdAt" | "id">;
  readonly limit: number;
}

/** Records of transcription jobs and vocabularies. */
export interface Transcriptions {
  /**
   * Adds a job, in progress where a slot is free; else it is queued if it may wait.
   * @returns `taken` when the owner has a job of that name, `full` when there is no place for it
   */
  add(
    job: Omit<TranscriptionJob, "state" | "wasQueued" | "startedAt">,
    limits: TranscriptionLimits & { readonly mayWait: boolean },
  ): Promise<TranscriptionJob | "taken" | "full">;
  get(owner: string, name: string): Promise<TranscriptionJob | undefined>;
  list(owner: string, page: JobsPage): Promise<readonly TranscriptionJob[]>;
  /** Everybody's that have begun and not ended, oldest first. */
  inProgress(): Promise<readonly TranscriptionJob[]>;
  /** Begins queued jobs, oldest first, as far as each owner's slots allow. Returns how many. */
  beginQueued(limits: TranscriptionLimits): Promise<number>;
  /** Ends a job in progress; false when it is gone or has ended. */
  end(id: string, how: { readonly made: Made } | { readonly failure: string }): Promise<boolean>;
  /** Returns what was removed. */
  remove(owner: string, name: string): Promise<TranscriptionJob | undefined>;

  /** False when the owner has one of that name. */
  addVocabulary(vocabulary: NamedVocabulary): Promise<boolean>;
  /** False when the owner has none of that name. */
  replaceVocabulary(vocabulary: NamedVocabulary): Promise<boolean>;
  getVocabulary(owner: string, name: string): Promise<NamedVocabulary | undefined>;
  /** All of an owner's, by name. */
  listVocabularies(owner: string): Promise<readonly NamedVocabulary[]>;
  removeVocabulary(owner: string, name: string): Promise<boolean>;
}

/** Jobs of the queue may have so many slots at once: nine tenths, at least one. */
const slotsOfQueued = (slots: number): number => Math.max(1, Math.floor((slots * 9) / 10));

/** An owner's jobs in progress, and those of them that had waited. */
export interface Busy {
  readonly all: number;
  readonly queued: number;
}

/** Whether a job that waits may begin. https://docs.aws.amazon.com/transcribe/latest/dg/job-queueing.html */
export function mayBegin({ all, queued }: Busy, slots: number): boolean {
  return all < slots && queued < slotsOfQueued(slots);
}
