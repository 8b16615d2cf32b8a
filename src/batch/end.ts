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
 * An input that has ended into the archive, beside its JSON. One that cannot be is said, and stays
 * where it is.
 */
export async function putAway(batch: Batch, input: LookedAt): Promise<void> {
  const { archive, ledger, names, settings } = batch;
  const { path, mark } = input;
  const ended = ledger.state.ended.get(path);
  if (settings.archive === "none" || ended === undefined) return;
  try {
    await checkUnchanged(path, mark);
    const stem = await archive.bringJson(input, names.nameFor(path), ended);
    if (ended.stem === undefined) await ledger.add({ type: "archived", path, stem });
    await archive.bringRecording(input, stem, ended.sha256);
  } catch (error) {
    // Stopped: it is written down as ended, and the next run puts it away.
    if (asMediaError(error).code !== "cancelled") problem(batch, input, error);
  }
}

/** How an input ended. */
interface End {
  /** Of what was read; empty when it could not be. */
  readonly sha256: string;
  /** What it is called in the archive. */
  readonly stem?: string;
  /** The version that stays in the library. */
  readonly kept?: string;
  readonly row: BatchRow;
}

/** Writes down how an input ended, and only then moves it: what is written is never done again. */
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
