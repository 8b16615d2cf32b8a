import type { TranscriptionOptions } from "../media/speech.ts";
import type { Archive } from "./archive.ts";
import type { Delivery } from "./delivery.ts";
import type { Ledger } from "./ledger.ts";
import type { JobNames } from "./names.ts";
import type { LookedAt } from "./plan.ts";
import type { BatchPorts } from "./ports.ts";
import type { BatchProblem, BatchUpdate } from "./report.ts";
import type { BatchSettings } from "./settings.ts";

/** A running batch. */
export interface Batch {
  readonly ports: BatchPorts;
  readonly settings: BatchSettings;
  readonly speech: TranscriptionOptions;
  readonly ledger: Ledger;
  /** @throws MediaError `storage_failed`, `disk_full` when nothing can be written to the output folder */
  readonly tryToWrite: () => Promise<void>;
  readonly delivery: Delivery;
  readonly archive: Archive;
  readonly names: JobNames;
  /** See `hashSettings`. */
  readonly settingsHash: string;
  readonly stamp: string;
  readonly tell: (update: BatchUpdate) => void;
  readonly problems: BatchProblem[];
  /** Inputs in the library that are not done, by their media files' names. */
  readonly admitted: Map<string, Admitted>;
}

interface Admitted {
  /** As it was when it was received. */
  readonly input: LookedAt;
  readonly job: string;
  /** Whether its jobs are enqueued. */
  isEnqueued: boolean;
}
