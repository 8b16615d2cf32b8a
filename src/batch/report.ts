import type { BatchRow } from "./summary.ts";
import type { Progress } from "../media/engine.ts";
import type { MediaError } from "../media/errors.ts";
import type { Step } from "../media/job.ts";

/** The updates and reports of `batch` and `previewBatch`. */

/**
 * Options of `batch`, which throws MediaError `invalid_argument`, `not_found` for folders that cannot be used,
 * `batch_running`; `disk_full`, `storage_failed` when results cannot be written.
 */
export interface BatchOptions {
  readonly signal: AbortSignal;
  readonly onUpdate: (update: BatchUpdate) => void;
}

/** Progress of a running batch. */
export type BatchUpdate =
  /** How many inputs there are, and how many of them are to be done. */
  | {
      readonly type: "found";
      readonly inputs: number;
      readonly toDo: number;
      readonly toDoBytes: number;
      /** How many unfinished inputs may be in the library, and how many are transcribed at once here. */
      readonly admitted: number;
      readonly atOnce: number;
    }
  | {
      readonly type: "ignored";
      readonly path: string;
      readonly input: string;
      readonly reason: string;
    }
  /** Done before with the same contents and settings. */
  | { readonly type: "skipped"; readonly job: string; readonly input: string }
  | {
      readonly type: "queued";
      readonly job: string;
      readonly input: string;
      readonly sizeBytes: number;
    }
  | {
      readonly type: "progress";
      readonly job: string;
      readonly step: Step;
      readonly progress: Progress;
    }
  /** A step has ended: the next step waits for its turn, or the results are written. */
  | { readonly type: "waiting"; readonly job: string }
  | { readonly type: "completed"; readonly row: BatchRow }
  | { readonly type: "failed"; readonly row: BatchRow }
  /** Something other than the transcription failed, for example moving an input. */
  | ({ readonly type: "problem" } & BatchProblem);

export interface BatchProblem {
  /** Absolute. */
  readonly path: string;
  /** The path below the input folder; empty for the folder itself. */
  readonly input: string;
  readonly error: MediaError;
}

export interface BatchReport {
  /** Counts of the whole batch, over all its stops and starts. */
  readonly completed: number;
  readonly failed: number;
  /** How many of the completed could not be decoded in full. */
  readonly incomplete: number;
  /** Done before with the same contents and settings. */
  readonly skipped: number;
  /** Recordings of this batch that are not done and not listed: the summaries wait for them. */
  readonly waiting: number;
  /** Files that are no recordings. */
  readonly ignored: number;
  readonly problems: readonly BatchProblem[];
  /** The summary files; absent when there was no work, when inputs are waiting, or after an interruption. */
  readonly summaries?: { readonly completed: string; readonly failed: string };
  /** Names of the inputs' media files in the library, in any bucket, at most 100: with `forget` none. */
  readonly left: readonly string[];
  readonly interrupted: boolean;
}

/** The work that a batch would do. */
export interface BatchPreview {
  readonly toDo: readonly BatchPreviewInput[];
  readonly skipped: readonly BatchPreviewInput[];
  /** Failed in the continued batch with the same settings: `retryFailed` retries them. */
  readonly failed: readonly BatchPreviewInput[];
  readonly ignored: readonly {
    readonly path: string;
    readonly input: string;
    readonly reason: string;
  }[];
  /** Folders that cannot be read. */
  readonly problems: readonly BatchProblem[];
  readonly admitted: number;
  readonly atOnce: number;
  /** Milliseconds of sound to transcribe, and of work; absent when no input states its length. */
  readonly soundMs?: number;
  readonly elapsedMs?: number;
  /** The basis of the estimate: the last batch here, or the draft engine's usual pace. */
  readonly by: "last batch" | "usual pace";
}

interface BatchPreviewInput {
  readonly input: string;
  readonly job: string;
  readonly sizeBytes: number;
}
