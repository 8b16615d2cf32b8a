import type { Progress } from "../media/engine.ts";
import type { Job, SlotKind } from "../media/job.ts";
import type { Media } from "../media/media.ts";

/** How many media of each kind of work may be under way at once, over all processes. */
export type Slots = Readonly<Record<SlotKind, number>>;

export interface Claim {
  readonly job: Job;
  readonly media: Media;
  /** The id of this execution; the job is ours as long as it carries it. */
  readonly attempt: string;
}

/** Whether a claim still stands: `lost` to a superseding version or another worker, or to be cancelled. */
export type Standing = "held" | "lost" | "cancel";

/** Handing out work. Enqueueing and finishing are `catalog.apply`. */
export interface JobQueue {
  /**
   * The next job that fits a free slot, or undefined. Jobs of one media share a transcoding slot.
   * With `requestedBy`, only jobs that this session asked for.
   */
  claim(options: { slots: Slots; requestedBy?: string }): Promise<Claim | undefined>;
  /** Renews the lease and leaves word of the progress. */
  heartbeat(attempt: string, progress: Progress | undefined): Promise<Standing>;
  /** Gives a job back unfinished; the execution does not count. */
  handBack(attempt: string): Promise<void>;
  /** Queues again what dead processes held, and says which sessions are dead. */
  recover(): Promise<{ takenOver: number; deadSessions: readonly string[] }>;
  /** Strikes dead sessions, when all that they left has been cleared away. */
  forget(sessions: readonly string[]): Promise<void>;
  /** When the next job that waits for its time may run, if any waits. */
  nextDueAt(): Promise<number | undefined>;
}
