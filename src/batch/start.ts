import type { Ended, LedgerState } from "./ledger-state.ts";

/** The state of an input when a batch is started. */
export type Standing =
  | "to do"
  /** Done in the continued batch: only the archive may lack it. */
  | "done"
  /** Failed in the continued batch with the same settings. */
  | "failed"
  /** Done in an earlier batch with the same contents and settings. The archive may lack it, too. */
  | "done before";

/** Facts about an input when a batch is started. */
export interface Known {
  readonly ended: Ended | undefined;
  /** Whether results of the same contents and settings exist. */
  readonly isDone: boolean;
  /** Whether its file has changed since the input ended. */
  readonly isChanged: boolean;
  /** Whether a list wants to retry it. */
  readonly isListed: boolean;
  /** How it would be transcribed now: see `hashSettings`. */
  readonly settingsHash: string;
}

/** Failures that another bucket may avoid, so that a retry is useful. */
const ofTheName: ReadonlySet<string> = new Set(["name_conflict", "not_yours"]);

/**
 * Where an input stands. What failed is tried again when it is listed, its file is another by now, it
 * would be transcribed otherwise, or only its name stood in the way.
 */
export function standingOf(
  { open }: Pick<LedgerState, "open">,
  { ended, isDone, isChanged, isListed, settingsHash }: Known,
): Standing {
  const isOfOpen = ended !== undefined && ended.stamp === open;
  if (isDone) return isOfOpen ? "done" : "done before";
  const isSettled =
    isOfOpen &&
    ended.failure !== undefined &&
    !ofTheName.has(ended.failure) &&
    ended.settings === settingsHash &&
    !isChanged;
  return isSettled && !isListed ? "failed" : "to do";
}

/** The inputs of a batch, by job name; absent for all. */
export type Extent = ReadonlySet<string> | undefined;

/** Whether the continued batch waits for an input although it is not listed. */
export function isWaitedFor({ open, extent }: LedgerState, job: string): boolean {
  return open !== undefined && extent?.has(job) !== false;
}

/** The inputs of the batch from this start on. */
export function extentOf({ open, extent }: LedgerState, chosen: Extent): Extent {
  if (open === undefined) return chosen;
  return extent === undefined || chosen === undefined ? undefined : new Set([...extent, ...chosen]);
}

/** The kind of this start: a new batch, a continued batch, or nothing to do. */
export function startOf(
  state: LedgerState,
  chosen: Extent,
  counts: { toDo: number; waiting: number },
) {
  const extent = extentOf(state, chosen);
  const isNew = state.open === undefined;
  return {
    extent,
    /** Whether there is a batch at all. */
    isBatch: !isNew || counts.toDo > 0,
    /** Whether the ledger must record the batch's inputs. */
    isNews: isNew ? counts.toDo > 0 : extent?.size !== state.extent?.size,
    /** Whether the batch ends with this work, because no other input of it is waiting. */
    mayFinish: counts.waiting === 0,
  };
}
