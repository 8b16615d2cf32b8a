import type { BatchRow } from "./summary.ts";
import type { Progress } from "../media/engine.ts";
import type { MediaError } from "../media/errors.ts";
import type { Step } from "../media/job.ts";

/** What `batch` and `previewBatch` tell as it happens, and what they report. */

/**
 * Of `batch`, which throws MediaError `invalid_argument`, `not_found` for folders that cannot be used,
 * `batch_running`; `disk_full`, `storage_failed` when results cannot be written.
 */
export interface BatchOptions {
  readonly signal: AbortSignal;
  readonly onUpdate: (update: BatchUpdate) => void;
}

/** What happens in a batch, as it happens. */
export type BatchUpdate =
  /** How many inputs there are, and how many of them are to be done. */
  | {
      readonly type: "found";
      readonly inputs: number;
      readonly toDo: number;
      readonly toDoBytes: number;
      /** How many may be in the library undone, and how many of them are transcribed at once here. */
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
  /** A step of it has ended: the next one waits for its turn, or its results are written. */
  | { readonly type: "waiting"; readonly job: string }
  | { readonly type: "completed"; readonly row: BatchRow }
  | { readonly type: "failed"; readonly row: BatchRow }
  /** Something beside the transcription did not work: an input that cannot be moved, say. */
  | ({ readonly type: "problem" } & BatchProblem);

export interface BatchProblem {
  /** Absolute. */
  readonly path: string;
  /** The same below the input folder; empty for the folder itself. */
  readonly input: string;
  readonly error: MediaError;
}

export interface BatchReport {
  /** Of the whole batch, however often it was stopped and started again. */
  readonly completed: number;
  readonly failed: number;
  /** Done before with the same contents and settings. */
  readonly skipped: number;
  /** Recordings of this batch that are not done, and were not listed: the summaries wait for them. */
  readonly waiting: number;
  /** Files that are no recordings. */
  readonly ignored: number;
  readonly problems: readonly BatchProblem[];
  /** The files; absent when nothing was to be done, some are waited for, or it was interrupted. */
  readonly summaries?: { readonly completed: string; readonly failed: string };
  /** What inputs have in the library, in any bucket, at most 100: none, unless they were kept. */
  readonly left: readonly string[];
  readonly interrupted: boolean;
}

/** What a batch would do. */
export interface BatchPreview {
  readonly toDo: readonly BatchPreviewInput[];
  readonly skipped: readonly BatchPreviewInput[];
  /** Failed in the batch that goes on, with the same settings: `retryFailed` does them again. */
  readonly failed: readonly BatchPreviewInput[];
  readonly ignored: readonly {
    readonly path: string;
    readonly input: string;
    readonly reason: string;
  }[];
  /** Folders that cannot be looked into. */
  readonly problems: readonly BatchProblem[];
  readonly admitted: number;
  readonly atOnce: number;
  /** Of sound to be transcribed, and of work; absent when no input says how long it is. */
  readonly soundMs?: number;
  readonly elapsedMs?: number;
  /** What the estimate goes by: the last batch here, or the draft engine's usual pace. */
  readonly by: "last batch" | "usual pace";
}

interface BatchPreviewInput {
  readonly input: string;
  readonly job: string;
  readonly sizeBytes: number;
}
