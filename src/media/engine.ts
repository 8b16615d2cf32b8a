import { MediaError } from "./errors.ts";

/** How far a piece of work is. Unknown is absent. */
export interface Progress {
  /** 0–1. */
  readonly fraction?: number;
  /** Media seconds worked off per second of time. */
  readonly speed?: number;
  readonly remainingMs?: number;
}

export interface BeginOptions {
  /** Stops work that the engine does while we wait. Accepted work is stopped by `cancel`. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** An empty folder for this attempt alone, removed when `begin` returns. Remote engines do not use it. */
  readonly workDir: string;
  /**
   * A folder of the job, which may not exist yet: what lies in it is there for the next attempt, also after a
   * kill -9, until the job has ended. Absent: an engine keeps nothing.
   */
  readonly keepDir?: string;
  /**
   * Names this attempt at the provider (`attemptToken`). The same attempt always has the same token, so
   * a request that is repeated after a lost answer begins nothing twice; another attempt has another
   * token, so a retry never gets an earlier failure back.
   */
  readonly token: string;
}

/** Work that was done while we waited, or that the engine accepted under an id of its own. */
export type Begun<Result> =
  | { readonly state: "done"; readonly result: Result }
  | { readonly state: "accepted"; readonly externalId: string };

/** What has become of accepted work. */
export type Collected<Result> =
  | { readonly state: "running"; readonly progress: Progress }
  | { readonly state: "done"; readonly result: Result }
  /** The work failed, was cancelled at the provider, or the provider does not know it any more. */
  | { readonly state: "failed"; readonly error: MediaError };

/** What an engine that accepts work can do besides. */
export interface RemoteWork<Request, Result> {
  /** How long after the acceptance the first question is due, in ms; the pauses then double. */
  readonly firstAskMs: number;
  /** The longest pause between two questions, in ms. */
  readonly longestAskMs: number;
  /** The longest time that accepted work may take, in ms; after it the job fails with `engine_silent`. */
  readonly maxMs: number;
  /**
   * What has become of accepted work. Asking again is harmless: each answer is complete. Results that
   * lie at the provider are copied into the object store first. The request is the one of `begin`, made anew.
   * @throws MediaError when the question could not be answered; the work itself is untouched
   */
  collect(
    externalId: string,
    request: Request,
    options: { readonly signal: AbortSignal },
  ): Promise<Collected<Result>>;
  /** Stops accepted work. Work that has ended or is unknown stays as it is. */
  cancel(externalId: string): Promise<void>;
}

/**
 * The port of every engine. A local engine finishes while the caller waits; a remote one accepts the
 * work and reports later, by an event or when it is asked. Failure is a thrown MediaError; `throttled`
 * means that nothing was begun and the same request may succeed later.
 */
export interface Engine<Request, Result> {
  /** Name and version, part of a job's settings: another engine makes another job. */
  readonly id: string;
  begin(request: Request, options: BeginOptions): Promise<Begun<Result>>;
  /** Present exactly when `begin` may accept work instead of doing it. */
  readonly remote?: RemoteWork<Request, Result>;
}

/** The engine's remote half. @throws MediaError `not_supported` when it never accepts work */
export function remoteOf<Request, Result>(
  engine: Pick<Engine<Request, Result>, "id" | "remote">,
): RemoteWork<Request, Result> {
  if (engine.remote !== undefined) return engine.remote;
  throw new MediaError("not_supported", `the engine ${engine.id} does all work while one waits`);
}
