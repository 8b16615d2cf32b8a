import type { Progress } from "../media/engine.ts";
import type { MediaError } from "../media/errors.ts";
import type { Job, Step } from "../media/job.ts";
import type { SpeechOptions } from "./transcription-options.ts";

/** What the calls that have media worked on take, what they tell as it happens, and what they report. */

export interface WorkOptions {
  /** After it, running work is handed back and the call returns with what is done. */
  readonly signal?: AbortSignal;
  readonly onUpdate?: (update: ProcessUpdate) => void;
}

export interface ProcessOptions extends WorkOptions {
  /** Writes the outputs below this folder, by their keys. */
  readonly out?: string;
  /** Only these steps, and what they need. Default: all that fit the media. */
  readonly only?: readonly Step[];
  /** How it is to be heard. Default: as wished before, else as the library is set. */
  readonly speech?: SpeechOptions;
  /** The media's name, when there is one input that is a file. Default: base name, or path below the folder given. */
  readonly name?: string;
  /** Other bytes under an existing name take its place. Default: `name_conflict`. */
  readonly replace?: boolean;
}

/**
 * Of `reprocess` and `askReprocess`. They throw MediaError `not_found`; `unsupported_language`,
 * `model_missing` when a wish cannot be met here.
 */
export interface ReprocessOptions {
  /** Only these steps, and what they need. Default: all that fit the media. */
  readonly only?: readonly Step[];
  /** How they are to be heard from now on. Default: as before. */
  readonly speech?: SpeechOptions;
}

/** Of `work`, which ends only when it is told to. */
export interface EndlessOptions extends WorkOptions {
  /** After it, running work is handed back. */
  readonly signal: AbortSignal;
  /** After it, nothing is begun any more, and the call returns when what runs has ended. */
  readonly drain: AbortSignal;
  /** The engines are there, and the first job is looked for. */
  readonly onStart?: () => void;
}

/** What happens during such a call, as it happens. */
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
  /** Of what was asked for. `unchanged`: all of it was there already; `shared`: made before, of the same bytes under another name. */
  readonly state: "ready" | "failed" | "unchanged" | "shared";
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
