import type { Catalog } from "../catalog/catalog.ts";
import type { Trash } from "../catalog/trash.ts";
import type { Search } from "../search/search.ts";
import type { MediaFacts } from "../media/facts.ts";
import type { JobSettings } from "../media/job.ts";
import type { Vocabulary, TranscriptionOptions } from "../media/speech.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import type { PipelineSettings } from "../pipeline.ts";
import type { JobQueue, Slots } from "../queue/job-queue.ts";
import type { Steps } from "../queue/step.ts";
import type { AlignRecording } from "../transcribe/align/align-recording.ts";

/**
 * Everything that the use cases need from outside. Each use case picks the few that it works with:
 * `cancel({ catalog }: Pick<Ports, "catalog">, name)`.
 */
export interface Ports {
  readonly catalog: Catalog;
  readonly trash: Trash;
  /** Absent: the library cannot search. */
  readonly search?: Search;
  readonly queue: JobQueue;
  readonly objects: ObjectStore;
  /** How many jobs of each kind may run at once, over all processes. */
  readonly slots: Slots;
  /** This process, as the catalog and the queue know it. */
  readonly session: string;
  /** The engines of each step; loaded at the first call, so that a list does not wait for them. */
  readonly engines: () => Promise<Engines>;
  /** Call this before the first write: from then on other processes see this one. */
  readonly enter: () => Promise<Recovered>;
  /** Takes over the jobs of dead processes, and removes their leftovers and the trash. */
  readonly recover: () => Promise<Recovered>;
  /**
   * Call this when the catalog or the store failed in the middle of a write: this session may have
   * stored bytes that no record names, so the next process looks for them.
   */
  readonly markUnclean: () => void;
  /** Wakes the workers of this process when there is something new to do. */
  readonly wakeUps: WakeUps;
  readonly space: SpacePort;
  /** Where this session's attempts have their working folders. */
  readonly workDir: string;
  /** Where jobs of all sessions keep what their next attempt goes on from. */
  readonly keptDir: string;
  /** What a job has transcribed so far; undefined when it has not begun. */
  readonly heardSoFar: (jobId: string) => Promise<HeardSoFar | undefined>;
  /** Larger objects are refused. */
  readonly maxUploadBytes: number;
  /** Reads a file of phrases. @throws MediaError `not_found`, `invalid_argument` */
  readonly vocabularyFrom: (path: string) => Promise<Vocabulary>;
}

/** A transcript that is still being made. */
export interface HeardSoFar {
  /** Speech before this is in the text. */
  readonly untilMs: number;
  readonly text: string;
}

/** What runs each step, and the settings that decide the results. */
export interface Engines {
  readonly steps: Steps;
  /** For a media file without transcription options of its own. */
  readonly settings: PipelineSettings;
  /**
   * For a media file with these transcription options. Where they say no language, the tag of the sound
   * track that is used says it, if an engine here knows it. Never throws.
   */
  readonly settingsFor: (
    options: TranscriptionOptions,
    facts?: Pick<MediaFacts, "tracks">,
  ) => PipelineSettings;
  /**
   * Refuses options that no engine here can follow, before any work is done.
   * @throws MediaError `unsupported_language`, `model_missing` with the command that installs it, `engine_missing`
   */
  readonly checkSpeech: (options: TranscriptionOptions) => void;
  /** Refuses a profile (as JSON) that needs an encoder which is not here. @throws MediaError `engine_missing` */
  readonly checkProfile: (profile: JobSettings) => Promise<void>;
  /** Finds when the words of a transcript from elsewhere are said. Absent: they keep their estimates. */
  readonly alignRecording?: AlignRecording;
}

/** Tells waiting workers of this process that there may be something to do; other processes poll. */
export interface WakeUps {
  wake(): void;
  /** Calls `listener` at every wake-up, until the returned function is called. */
  onWake(listener: () => void): () => void;
}

/** What was put in order after processes that are gone. */
export interface Recovered {
  readonly jobsTakenOver: number;
  readonly objectsRemoved: number;
  readonly foldersRemoved: number;
}

/** How much room the disk has, and how much must stay free. */
export interface Space {
  readonly freeBytes: number;
  readonly minFreeBytes: number;
  /** False: no job starts and nothing is received until there is more. */
  readonly isEnough: boolean;
}

export interface SpacePort {
  look(): Promise<Space>;
  /** @throws MediaError `disk_full` when there is too little room to receive anything, or `sizeBytes` more */
  check(sizeBytes?: number): Promise<void>;
}
