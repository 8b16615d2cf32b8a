import { checkUnchanged } from "./files.ts";
import type { BatchRow } from "./summary.ts";
import { asMediaError, type MediaError } from "../media/errors.ts";
import type { BatchInput } from "./places.ts";
import type { LookedAt } from "./plan.ts";
import type { Batch } from "./context.ts";

function problem(batch: Batch, { path, name }: BatchInput, thrown: unknown): void {
  const found = { path, input: name, error: asMediaError(thrown) };
  batch.problems.push(found);
  batch.tell({ type: "problem", ...found });
}

/**
 * Moves an input that has ended to the archive, where its JSON is. If that fails, it reports a problem
 * and leaves the input in place.
 */
export async function putAway(batch: Batch, input: LookedAt): Promise<void> {
  const { archive, ledger, names, settings } = batch;
  const { path, mark } = input;
  const ended = ledger.state.ended.get(path);
  // What is cut off is not filed away: its end may still be found where it came from.
  if (settings.archive === "none" || ended === undefined || ended.incomplete === true) return;
  try {
    await checkUnchanged(path, mark);
    const stem = await archive.bringJson(input, names.nameFor(path), ended);
    if (ended.stem === undefined) await ledger.add({ type: "archived", path, stem });
    await archive.bringRecording(input, stem, ended.sha256);
  } catch (error) {
    // When stopped: the ledger has the input's end, and the next run archives it.
    if (asMediaError(error).code !== "cancelled") problem(batch, input, error);
  }
}

/** How an input ended. */
interface End {
  /** The hash of the bytes that were read; empty when they could not be read. */
  readonly sha256: string;
  /** Its name in the archive. */
  readonly stem?: string;
  readonly row: BatchRow;
}

/** Records an input's end in the ledger, and only then moves the input. A recorded input is never done again. */
export async function end(batch: Batch, input: LookedAt, outcome: End): Promise<void> {
  const { ledger, stamp, settingsHash } = batch;
  const { path, mark } = input;
  const was = ledger.state.renamed.get(path) ?? outcome.row.input;
  const row = { ...outcome.row, input: was };
  const known = { type: "ended", stamp, path, mark, settings: settingsHash } as const;
  await ledger.add({ ...known, ...outcome, row });
  if (row.failure === undefined) await putAway(batch, input);
  batch.tell({ type: row.failure === undefined ? "completed" : "failed", row });
}

/** Ends an input that could not even be received. */
export async function refuse(batch: Batch, input: LookedAt, job: string, error: MediaError) {
  const now = Date.now();
  const failure = { code: error.code, message: error.message };
  const row = { job, input: input.name, createdAt: now, finishedAt: now, files: [], failure };
  await end(batch, input, { sha256: "", row });
}
