import type { Catalog } from "../catalog/catalog.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import type { JobQueue } from "../queue/job-queue.ts";
import type { WakeUps } from "./wake-ups.ts";
import type { Config } from "../config/config.ts";
import type { LocalSteps } from "../runtime/steps.ts";

/** The composed parts that the application's functions work with. */
export interface Parts {
  readonly config: Config;
  readonly session: string;
  readonly newId: () => string;
  readonly catalog: Catalog;
  readonly queue: JobQueue;
  readonly objects: ObjectStore;
  /** Where this session's attempts have their folders. */
  readonly workDir: string;
  /** The engines; loaded when first asked for, so that a list need not wait for them. */
  readonly localSteps: () => Promise<LocalSteps>;
  /** To be called before anything is written: other processes see this one, and a crash is cleared up after. */
  readonly enter: () => Promise<Recovered>;
  /** Takes over what dead processes held, and removes what they left and what the trash holds. */
  readonly recover: () => Promise<Recovered>;
  /**
   * To be called when the catalog or the store failed in the middle of something: what this session
   * made may not be recorded, so it is not struck off as one that left nothing behind.
   */
  readonly unsettle: () => void;
  /** Sessions whose process lives, as far as can be known from here. */
  readonly livingSessions: () => ReadonlySet<string>;
  /** Rung when there is something new to do. */
  readonly wakeUps: WakeUps;
}

/** What was put in order after processes that are gone. */
export interface Recovered {
  readonly jobsTakenOver: number;
  readonly objectsRemoved: number;
  readonly foldersRemoved: number;
}
