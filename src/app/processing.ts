import type { Progress } from "../media/engine.ts";
import type { MediaError } from "../media/errors.ts";
import type { Job, JobSettings, Step } from "../media/job.ts";
import type { SpeechOptions } from "./transcription-options.ts";

/** What the calls that process media files take, tell as it happens, and report. */

export interface WorkOptions {
  /** After it, running work is handed back and the call returns with what is done. */
  readonly signal?: AbortSignal;
  readonly onUpdate?: (update: ProcessUpdate) => void;
}

/**
 * Of `reprocess` and `enqueueReprocess`. They throw MediaError `not_found`; `unsupported_language`,
 * `model_missing` when no engine here can follow the options.
 */
export interface ReprocessOptions {
  /** Only these steps, and what they need. Default: all that fit the media. */
  readonly only?: readonly Step[];
  /** How speech is transcribed from now on. Default: as before. */
  readonly speech?: SpeechOptions;
  /**
   * The time of a film that its poster is taken at; `best`: where its best frame is. Default: as asked for
   * before, else `best`.
   */
  readonly posterAtMs?: number | "best";
  /** The profile of the renditions. Default: as asked for before, else the library's. */
  readonly profile?: JobSettings;
}

/** Of `reprocess` alone. */
export interface RedoOptions extends ReprocessOptions {
  /** Also what was done with the same settings is done again. Default: false. */
  readonly force?: boolean;
}

/** Of `work`, which ends only when it is told to. */
export interface EndlessOptions extends WorkOptions {
  /** After it, running work is handed back. */
  readonly signal: AbortSignal;
  /** After it, no job starts any more, and the call returns when the running ones have ended. */
  readonly drain: AbortSignal;
  /** Called when the engines are loaded, before the first job is claimed. */
  readonly onStart?: () => void;
}

/** What happens during such a call, as it happens. */
export type ProcessUpdate =
  /** How many files there are, once they are counted. */
  | { readonly type: "found"; readonly files: number }
  /** An entry of the folder that is no media file. */
  | { readonly type: "ignored"; readonly path: string; readonly reason: string }
  | { readonly type: "refused"; readonly path: string; readonly error: MediaError }
  /** In the catalog now, with something to do. Where everything is there already, it is finished at once. */
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
  /** Of the wanted steps. `unchanged`: all results were there already; `incomplete`: made of what could be decoded; `shared`: made before from the same bytes under another name. */
  readonly state: "ready" | "incomplete" | "failed" | "cancelled" | "unchanged" | "shared";
  readonly jobs: readonly Job[];
  /** The steps of them that ended during this call. */
  readonly done: readonly Step[];
  /** What a person should know of the transcript that was made: another language than was written … */
  readonly notes: readonly string[];
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
