import type { Progress } from "../media/engine.ts";
import type { Job, SlotKind, Step } from "../media/job.ts";
import type { Media } from "../media/media.ts";

/** How many media of each kind of work may be under way at once, over all processes. */
export type Slots = Readonly<Record<SlotKind, number>>;

export interface Claim {
  readonly job: Job;
  readonly media: Media;
  /** The id of this execution; the job is ours as long as it carries it. */
  readonly attempt: string;
  /** How many executions of it, since it was queued, ended with their process. */
  readonly deaths: number;
}

/** Whether a claim still stands: `lost` to a superseding version or another worker, or to be cancelled. */
export type Standing = "held" | "lost" | "cancel";

/** An attempt whose work a provider has accepted, and whose result has not been recorded. */
export interface AcceptedAttempt {
  readonly attempt: string;
  /** The provider's name for the work. */
  readonly externalId: string;
  readonly step: Step;
  /** The version may be superseded or removed by now: then `heartbeat` answers `lost`. */
  readonly media: { readonly name: string; readonly version: string };
  /** When it was accepted: milliseconds since 1970, UTC. */
  readonly since: number;
}

/** Handing out work. Enqueueing and finishing are `catalog.apply`. */
export interface JobQueue {
  /**
   * The next job that fits a free slot, or undefined, also while the queue is paused. The parts of
   * one media's transcoding share a slot; a slot is free again when the work in it has stopped, also
   * that of a superseded version. Smaller priority goes first, then who was there first; now and then
   * who was there first whatever its priority, so that no job waits for ever.
   * With `requestedBy`, only jobs that this session asked for; it leaves a slot in between to other
   * sessions that wait for one.
   */
  claim(options: { slots: Slots; requestedBy?: string }): Promise<Claim | undefined>;
  /** Leaves word of the progress, and hears whether the job is still ours. */
  heartbeat(attempt: string, progress: Progress | undefined): Promise<Standing>;
  /** Gives a job back unfinished; the execution does not count. */
  handBack(attempt: string): Promise<void>;
  /**
   * Queues again what dead processes held, and says which sessions are dead. Work that a provider has
   * accepted goes on. A process that can be
   * seen from here is dead at once when it is gone, and never before; one that cannot (of another
   * machine or container) when its session's lease has run out.
   */
  recover(): Promise<{ takenOver: number; deadSessions: readonly string[] }>;
  /** Strikes dead sessions, when all that they left has been cleared away. */
  forget(sessions: readonly string[]): Promise<void>;
  /** Work that goes on elsewhere, oldest first, also of versions that are no more. */
  listAccepted(): Promise<readonly AcceptedAttempt[]>;
  /** When the next job that waits for its time may run, if any waits. */
  nextDueAt(): Promise<number | undefined>;
  /** From now on no job is handed out, in any process, until `resume`; what runs goes on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Since when the queue is paused; undefined when it is not. */
  pausedSince(): Promise<number | undefined>;
}
