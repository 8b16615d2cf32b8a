import { join } from "node:path";
import { exists, openWholeFiles } from "../batch/files.ts";
import { openLedger, readLedger, rowsIn, type Ledger, type LedgerState } from "../batch/ledger.ts";
import { admittedAtOnce, type BatchSettings } from "../batch/settings.ts";
import { completedCsv, failedCsv, renamesCsv, stampOf } from "../batch/summary.ts";
import { createArchive } from "./batch-archive.ts";
import { createDelivery } from "./batch-delivery.ts";
import {
  findInputs,
  holdPlaces,
  nameBelow,
  placesOf,
  renameInPlace,
  settleRenames,
  type BatchInput,
  type BatchPlaces,
  type FoundInputs,
} from "./batch-places.ts";
import {
  estimate,
  jobNames,
  settingsHash,
  sortInputs,
  type BatchWork,
  type SpeechParts,
} from "./batch-plan.ts";
import { batchWish } from "./batch-speech.ts";
import { clearBucket, putAway, transcribeAll, type Batch } from "./batch-work.ts";
import type { BatchOptions, BatchPreview, BatchReport, BatchUpdate } from "./batch-report.ts";
import type { Parts } from "./parts.ts";

/** Says what was found, and what there is to do with it. */
function tellFound(
  tell: (update: BatchUpdate) => void,
  { inputs, ignored }: FoundInputs,
  work: BatchWork,
  { parts, settings, names }: Pick<Batch, "parts" | "settings" | "names">,
): void {
  for (const one of ignored) tell({ type: "ignored", ...one });
  for (const { path, name } of work.skipped)
    tell({ type: "skipped", job: names.nameFor(path), input: name });
  const admitted = admittedAtOnce(settings.slots);
  tell({
    type: "found",
    inputs: inputs.length,
    toDo: work.toDo.length,
    toDoBytes: work.toDo.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    admitted,
    atOnce: Math.min(admitted, parts.config.slots.speech),
  });
}

/** A stamp that no summary in the folder has yet. */
async function freeStamp({ output }: BatchPlaces): Promise<string> {
  for (let at = Date.now(); ; at += 1_000) {
    const stamp = stampOf(at);
    if (!(await exists(join(output, `job_summary_completed_${stamp}.csv`)))) return stamp;
  }
}

/** Every input has its name on the disk before anything is done with it. */
async function nameInputs(
  inputs: readonly BatchInput[],
  context: { places: BatchPlaces; settings: BatchSettings; ledger: Ledger },
): Promise<BatchInput[]> {
  const { places, settings, ledger } = context;
  await settleRenames(ledger); // for a process that was killed amid them
  const names = jobNames(places, ledger.state);
  const jobFor = (path: string) => names.nameFor(path);
  const named = settings.renameInPlace
    ? await renameInPlace(places, inputs, { ledger, jobFor })
    : [...inputs];
  const news = named.filter(({ path }) => !ledger.state.names.has(path));
  await ledger.add(
    ...news.map(({ path }) => ({ type: "named", path, job: jobFor(path) }) as const),
  );
  return named;
}

/** What every input was called, and what its job and its file are called now. */
function renamesOf({ input }: BatchPlaces, { names, renamed }: LedgerState): string {
  const rows = Array.from(names, ([path, job]) => {
    const [name, was] = [nameBelow(input, path), renamed.get(path)];
    return was === undefined ? { input: name, job } : { input: was, job, renamedTo: name };
  });
  return renamesCsv(rows.toSorted((a, b) => (a.job < b.job ? -1 : 1)));
}

/** At the end: the summaries, then nothing of the batch is left in the library. */
async function conclude(batch: Batch, places: BatchPlaces, files: Batch["files"]) {
  const { ledger, stamp, settings } = batch;
  const rows = await rowsIn(places.ledger, stamp);
  const completed = join(places.output, `job_summary_completed_${stamp}.csv`);
  const failed = join(places.output, `job_summary_failed_${stamp}.csv`);
  await files.write(completed, completedCsv(rows));
  await files.write(failed, failedCsv(rows));
  if (!settings.keepJobs) await clearBucket(batch);
  await ledger.add({ type: "finished", stamp });
  return { completed, failed };
}

async function run(
  { parts, settings, speech }: Pick<Batch, "parts" | "settings" | "speech">,
  places: BatchPlaces,
  ledger: Ledger,
  { signal, onUpdate: tell }: BatchOptions,
): Promise<BatchReport> {
  const files = await openWholeFiles(places.unfinished);
  const found = await findInputs(places);
  const inputs = await nameInputs(found.inputs, { places, settings, ledger });
  const names = jobNames(places, ledger.state);
  if (inputs.length > 0) await files.write(places.renames, renamesOf(places, ledger.state));
  const hash = await settingsHash(parts, speech);
  const { state } = ledger;
  const work = await sortInputs(inputs, names, { places, settings, state, hash }, signal);
  tellFound(tell, found, work, { parts, settings, names });

  const isNew = state.open === undefined;
  const stamp = state.open ?? (await freeStamp(places));
  const archive = createArchive({ places, settings, files, signal });
  const delivery = createDelivery({ parts, places, settings, files, archive, signal });
  const problems = [...found.unreadable];
  for (const problem of problems) tell({ type: "problem", ...problem });
  const admitted = new Map();
  const common = { parts, settings, speech, ledger, delivery, archive, names, hash, stamp, tell };
  const batch: Batch = { ...common, files, problems, admitted };
  const isWork = !isNew || work.toDo.length > 0;
  if (isNew && isWork) await ledger.add({ type: "began", stamp, at: Date.now() });
  // What could not be archived, or was not to be, is archived now: it is what it was.
  for (const input of [...work.ended, ...work.skipped])
    if (state.ended.get(input.path)?.succeeded === true && !signal.aborted)
      await putAway(batch, input, input.mark);
  if (work.toDo.length > 0) await transcribeAll(batch, work.toDo, signal);

  const interrupted = signal.aborted;
  const summaries = isWork && !interrupted ? await conclude(batch, places, files) : undefined;
  const rows = isWork ? await rowsIn(places.ledger, stamp) : [];
  const failed = rows.filter((row) => row.failure !== undefined).length;
  const startsWith = `${settings.bucket}/`;
  const left = await parts.catalog.listMedia({ startsWith, limit: 100 });
  return {
    completed: rows.length - failed,
    failed,
    skipped: work.skipped.length,
    ignored: found.ignored.length,
    problems,
    ...(summaries === undefined ? {} : { summaries }),
    left: left.map(({ name }) => name),
    interrupted,
  };
}

/** See `Dailies.batch`. */
export async function runBatch(
  parts: Parts,
  settings: BatchSettings,
  options: BatchOptions,
): Promise<BatchReport> {
  const speech = await batchWish(parts, settings); // refused before anything is done
  const places = await placesOf(settings);
  await parts.enter();
  const { dataDir } = parts.config;
  const release = await holdPlaces(places, { dataDir, bucket: settings.bucket });
  try {
    const ledger = await openLedger(places.ledger);
    try {
      return await run({ parts, settings, speech }, places, ledger, options);
    } finally {
      await ledger.close();
    }
  } finally {
    await release();
  }
}

/** See `Dailies.previewBatch`. Needs no library. */
export async function previewBatch(
  parts: Pick<Parts, "config"> & SpeechParts,
  settings: BatchSettings,
  signal: AbortSignal,
): Promise<BatchPreview> {
  const places = await placesOf(settings);
  const state = await readLedger(places.ledger);
  const found = await findInputs(places);
  const names = jobNames(places, state);
  const hash = await settingsHash(parts, await batchWish(parts, settings));
  const context = { places, settings, state, hash };
  const work = await sortInputs(found.inputs, names, context, signal);
  const named = (inputs: readonly BatchInput[]) =>
    inputs.map(({ path, name, sizeBytes }) => ({
      input: name,
      job: names.nameFor(path),
      sizeBytes,
    }));
  const admitted = admittedAtOnce(settings.slots);
  return {
    toDo: named(work.toDo),
    skipped: named([...work.skipped, ...work.ended]),
    ignored: found.ignored,
    admitted,
    atOnce: Math.min(admitted, parts.config.slots.speech),
    ...(await estimate(parts, work.toDo, context, signal)),
  };
}
