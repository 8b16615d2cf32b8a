import type { Progress } from "../media/engine.ts";
import type { Job, SlotKind, Step } from "../media/job.ts";
import type { Media } from "../media/media.ts";

/** How many media files of each kind of work may be in progress at once, over all processes. */
export type Slots = Readonly<Record<SlotKind, number>>;

/** A job that was started, and the attempt that holds it. */
export interface Claim {
  readonly job: Job;
  readonly media: Media;
  /** The id of this execution. It holds the job until it ends, is handed back, or is taken over. */
  readonly attempt: string;
  /** How many executions since the job was enqueued ended with their process. */
  readonly deaths: number;
}

/** A message that a job is queued, for queues that deliver work. */
export interface JobMessage {
  readonly name: string;
  readonly version: string;
  readonly jobId: string;
}

/**
 * Whether an attempt still holds its job. `lost`: another version, job or worker has taken its place.
 * `cancel`: the job is to be cancelled.
 */
export type Standing = "held" | "lost" | "cancel";

/** An attempt whose work a provider has accepted, and whose result has not been recorded. */
export interface AcceptedAttempt {
  readonly attempt: string;
  /** The id of the engine that accepted it. */
  readonly engine: string;
  /** The provider's name for the work. */
  readonly externalId: string;
  readonly step: Step;
  /** The version may have been superseded or removed since: then `held` answers undefined. */
  readonly media: { readonly name: string; readonly version: string };
  /** When it was accepted: milliseconds since 1970, UTC. */
  readonly since: number;
}

/** Hands out work. `catalog.apply` enqueues and finishes it. */
export interface JobQueue {
  /**
   * Starts the next job that fits a free slot; undefined when there is none, and while the queue is
   * paused. The parts of one media file's transcoding share a slot. A slot is free again when its work
   * has stopped, also the work of a superseded version. Smaller priorities go first, then older jobs; now
   * and then the oldest job goes first whatever its priority, so that no job waits for ever.
   * With `requestedBy`, only jobs that this session asked for; the session then takes turns with others.
   */
  claim(options: { slots: Slots; requestedBy?: string }): Promise<Claim | undefined>;
  /**
   * Begins the job that a message says is queued. Undefined when it runs already, has ended or was
   * replaced, so a doubled or late message changes nothing; also while the queue is paused.
   */
  start(message: JobMessage): Promise<Claim | undefined>;
  /** The job that an attempt holds; undefined when it has lost it. */
  held(attempt: string): Promise<Claim | undefined>;
  /** Reports the progress, and answers whether the attempt still holds its job. */
  heartbeat(attempt: string, progress: Progress | undefined): Promise<Standing>;
  /** Gives a job back unfinished, and frees its slot. The execution does not count. */
  handBack(attempt: string): Promise<void>;
  /**
   * Queues the jobs of dead processes again, and says which sessions are dead. Work that a provider has
   * accepted goes on. A process on this machine counts as dead as soon as it has ended. A process that
   * cannot be seen from here (on another machine, in another container) counts as dead when its session's
   * lease has expired.
   */
  recover(): Promise<{ takenOver: number; deadSessions: readonly string[] }>;
  /** Removes dead sessions from the list, after their leftovers have been removed. */
  forget(sessions: readonly string[]): Promise<void>;
  /** Accepted work that goes on elsewhere, oldest first, also of removed versions. */
  listAccepted(): Promise<readonly AcceptedAttempt[]>;
  /** When the next delayed job may run; undefined when no job is delayed. */
  nextDueAt(): Promise<number | undefined>;
  /** No process starts a job until `resume`. Running jobs go on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Since when the queue is paused; undefined when it is not. */
  pausedSince(): Promise<number | undefined>;
}
