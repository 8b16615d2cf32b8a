import { MediaError } from "./errors.ts";

/** How far a piece of work is. Unknown is absent. */
export interface Progress {
  /** 0–1. */
  readonly fraction?: number;
  /** Media seconds worked off per second of time. */
  readonly speed?: number;
  readonly remainingMs?: number;
}

export interface StartOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** A folder of this work's own, removed when it ends. Remote engines leave it empty. */
  readonly workDir: string;
}

/** Work that was done while we waited, or that will be reported under the engine's own id. */
export type Started<Result> =
  | { readonly state: "succeeded"; readonly result: Result }
  | { readonly state: "accepted"; readonly externalId: string };

export type Collected<Result> =
  | { readonly state: "running"; readonly progress: Progress }
  | { readonly state: "succeeded"; readonly result: Result };

/**
 * What every engine port looks like: a local engine finishes while you wait, a remote one accepts
 * and says later. Failure is a thrown MediaError in both cases.
 */
export interface Engine<Request, Result> {
  /** Name and version, part of a job's settings: another engine makes another job. */
  readonly id: string;
  start(request: Request, options: StartOptions): Promise<Started<Result>>;
  /** What has become of accepted work. Engines that never accept throw `internal`. */
  collect(externalId: string): Promise<Collected<Result>>;
  /** Stops accepted work; work that has ended or is unknown is left alone. */
  cancel(externalId: string): Promise<void>;
}

/** The result of an engine that finishes while we wait. */
export function finished<Result>(started: Started<Result>): Result {
  if (started.state === "succeeded") return started.result;
  throw new MediaError(
    "internal",
    `work ${started.externalId} was accepted, but nobody collects it`,
  );
}
