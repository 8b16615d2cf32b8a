import type { Ended, LedgerState } from "./ledger-state.ts";

/** Where an input stands when a batch is started. */
export type Standing =
  | "to do"
  /** In the batch that is going on: only the archive may lack it. */
  | "done"
  /** In the batch that is going on, with the same settings. */
  | "failed"
  /** In an earlier one, with the same contents and settings. The archive may lack it, too. */
  | "done before";

/** What is known of an input when a batch is started. */
export interface Known {
  readonly ended: Ended | undefined;
  /** Whether its results are there, of the same contents and settings. */
  readonly isDone: boolean;
  /** Whether its file is not the one that ended. */
  readonly isChanged: boolean;
  /** Whether it is listed as one that is to be tried again. */
  readonly isListed: boolean;
  /** How it would be transcribed now: see `hashSettings`. */
  readonly settingsHash: string;
}

/** What another bucket may help against, so that trying again is worth it. */
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

/** Which inputs a batch is about, by job name: absent for all. */
export type Extent = ReadonlySet<string> | undefined;

/** Whether an input that is not listed is waited for all the same: the batch that goes on is about it. */
export function isWaitedFor({ open, extent }: LedgerState, job: string): boolean {
  return open !== undefined && extent?.has(job) !== false;
}

/** What a batch is about from this start on. */
export function extentOf({ open, extent }: LedgerState, chosen: Extent): Extent {
  if (open === undefined) return chosen;
  return extent === undefined || chosen === undefined ? undefined : new Set([...extent, ...chosen]);
}

/** What this start is: a new batch, more of the one that goes on, or nothing to do. */
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
    /** Whether the ledger is to say what it is about. */
    isNews: isNew ? counts.toDo > 0 : extent?.size !== state.extent?.size,
    /** Whether it is over when what is to do is done: nothing else waits that it is about. */
    mayFinish: counts.waiting === 0,
  };
}
