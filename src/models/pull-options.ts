import type { Patience } from "./download.ts";
import type { ModelStoreOptions } from "./local.ts";

/** How far a pull is. */
export interface PullProgress {
  readonly id: string;
  /** `waiting`: another process pulls the same model; `connecting`: a source is asked, and nothing has come yet. */
  readonly phase: "waiting" | "connecting" | "downloading" | "unpacking";
  /** Of the download, or of the archive that is unpacked. */
  readonly doneBytes: number;
  /** Absent when it is not known. */
  readonly totalBytes?: number;
  /** Since this call began to receive. Absent while that cannot be said. */
  readonly bytesPerSecond?: number;
  readonly remainingMs?: number;
}

export interface PullOptions extends ModelStoreOptions {
  /** An address under which the files lie by their names, instead of all other sources. */
  readonly mirror?: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: PullProgress) => void;
  readonly patience?: Partial<Patience>;
}
