import { join } from "node:path";
import { exists, openWholeFiles, type WholeFiles } from "./files.ts";
import { openLedger, type Ledger } from "./ledger.ts";
import { rowsIn, type LedgerState } from "./ledger-state.ts";
import { admittedAtOnce, type BatchSettings } from "./settings.ts";
import { startOf } from "./start.ts";
import { completedCsv, failedCsv, renamesCsv, stampOf } from "./summary.ts";
import { asMediaError, errorCodes, MediaError } from "../media/errors.ts";
import { createArchive } from "./archive.ts";
import { leftInLibrary, removeOwnMedia } from "./bucket.ts";
import { createDelivery } from "./delivery.ts";
import { putAway } from "./end.ts";
import {
  findInputs,
  holdPlaces,
  nameBelow,
  namesThere,
  placesOf,
  type BatchInput,
  type BatchPlaces,
  type FoundInputs,
} from "./places.ts";
import {
  hashSettings,
  jobNames,
  listedJobs,
  missingProblems,
  noteMarks,
  sortInputs,
  type BatchWork,
} from "./plan.ts";
import { renameInPlace, settleRenames } from "./renaming.ts";
import { batchTranscriptionOptions } from "./speech.ts";
import type { Batch } from "./context.ts";
import { transcribeAll } from "./work.ts";
import type { BatchOptions, BatchReport, BatchUpdate } from "./report.ts";
import type { BatchPorts } from "./ports.ts";

export { previewBatch } from "./preview.ts";

/** The batch's own files in the output folder. */
interface Own {
  readonly places: BatchPlaces;
  readonly files: WholeFiles;
  readonly ledger: Ledger;
}

/** Reports the inputs and the work on them. */
function tellFound(
  tell: (update: BatchUpdate) => void,
  { inputs, ignored }: FoundInputs,
  work: BatchWork,
  { ports, settings, names }: Pick<Batch, "ports" | "settings" | "names">,
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
    atOnce: Math.min(admitted, ports.slots.speech),
  });
}

/** A stamp that no summary in the folder has yet. */
async function freeStamp({ output }: BatchPlaces): Promise<string> {
  for (let at = Date.now(); ; at += 1_000) {
    const stamp = stampOf(at);
    if (!(await exists(join(output, `job_summary_completed_${stamp}.csv`)))) return stamp;
  }
}

/**
 * Writes every input's name to the disk before any work on it. A file that cannot be renamed keeps its
 * name and is reported as a problem.
 */
async function nameInputs(
  { inputs, problems }: FoundInputs,
  context: { places: BatchPlaces; settings: BatchSettings; ledger: Ledger; there: Set<string> },
): Promise<BatchInput[]> {
  const { places, settings, ledger, there } = context;
  await settleRenames(ledger); // a process may have been killed between two renames
  const namesNow = () => jobNames(places, ledger.state, there);
  const named = settings.renameInPlace
    ? await renameInPlace(places, inputs, { ledger, names: namesNow(), problems })
    : [...inputs];
  const names = namesNow(); // without the names of files that could not be renamed
  const news = named.filter(({ path }) => !ledger.state.names.has(path));
  await ledger.add(
    ...news.map(({ path }) => ({ type: "named", path, job: names.nameFor(path) }) as const),
  );
  return named;
}

/** The old name of every input, and the present names of its job and its file. */
function renamesOf({ input }: BatchPlaces, { names, renamed }: LedgerState): string {
  const rows = Array.from(names, ([path, job]) => {
    const [name, was] = [nameBelow(input, path), renamed.get(path)];
    return was === undefined ? { input: name, job } : { input: was, job, renamedTo: name };
  });
  return renamesCsv(rows.toSorted((a, b) => (a.job < b.job ? -1 : 1)));
}

/** Ends the batch: writes the summaries, then removes its media files from the library. */
async function conclude(batch: Batch, { places, files }: Own) {
  const { ledger, stamp, settings } = batch;
  const rows = await rowsIn(places.ledger, stamp);
  const completed = join(places.output, `job_summary_completed_${stamp}.csv`);
  const failed = join(places.output, `job_summary_failed_${stamp}.csv`);
  await files.write(completed, completedCsv(rows));
  await files.write(failed, failedCsv(rows));
  if (settings.forget) await removeOwnMedia(batch);
  await ledger.add({ type: "finished", stamp });
  return { rows, summaries: { completed, failed } };
}

/** Finds the inputs and the work on them. */
async function survey(
  { ports, settings, speech }: Pick<Batch, "ports" | "settings" | "speech">,
  { places, files, ledger }: Own,
  signal: AbortSignal,
) {
  const found = await findInputs(places, ports.dataDir);
  const there = await namesThere(places);
  const inputs = await nameInputs(found, { places, settings, ledger, there });
  const { state } = ledger;
  const names = jobNames(places, state, there);
  if (inputs.length > 0) await files.write(places.renames, renamesOf(places, state));
  const settingsHash = await hashSettings(ports, speech);
  const context = { places, settings, state, settingsHash };
  const work = await sortInputs(inputs, names, context, signal);
  await noteMarks(ledger, work);
  return { found, names, settingsHash, work };
}

/** Writes existing content once more, to find out whether the output folder can be written to. */
async function tryToWrite({ places, files, ledger }: Own): Promise<void> {
  await ledger.check();
  await files.write(places.renames, renamesOf(places, ledger.state)).catch((thrown: unknown) => {
    const { code, message, remedy } = asMediaError(thrown);
    // The error already names the cause and a remedy.
    if (code === "disk_full" || remedy !== errorCodes[code].remedy) throw thrown;
    const why = `${places.output} cannot be written to: ${message}`;
    throw new MediaError("storage_failed", why, { cause: thrown });
  });
}

/** Does the work, and ends the batch when no work is left. Returns its summaries. */
async function carryOut(batch: Batch, own: Own, work: BatchWork, signal: AbortSignal) {
  const { ledger, stamp, settings } = batch;
  const counts = { toDo: work.toDo.length, waiting: work.waiting.length };
  const { isBatch, isNews, extent, mayFinish } = startOf(ledger.state, work.chosen, counts);
  const jobs = extent === undefined ? {} : { jobs: [...extent] };
  if (isNews) await ledger.add({ type: "began", stamp, at: Date.now(), ...jobs });
  // Archives unchanged inputs that an earlier run could not archive, or was not asked to.
  for (const input of [...work.done, ...work.skipped])
    if (!signal.aborted) await putAway(batch, input);
  if (work.toDo.length > 0)
    await transcribeAll(batch, work.toDo, signal).catch(async (error: unknown) => {
      // Without the ledger no later run would know that they are this batch's.
      await ledger.check().catch(() => removeOwnMedia(batch));
      throw error;
    });
  if (!isBatch) {
    // What runs before left there.
    if (settings.forget && !signal.aborted) await removeOwnMedia(batch);
    return { rows: [] };
  }
  if (mayFinish && !signal.aborted) return conclude(batch, own);
  return { rows: await rowsIn(own.places.ledger, stamp) };
}

async function run(
  given: Pick<Batch, "ports" | "settings" | "speech">,
  own: Own,
  { signal, onUpdate: tell }: BatchOptions,
): Promise<BatchReport> {
  const { ports, settings } = given;
  const { places, ledger, files } = own;
  const { found, work, names, settingsHash } = await survey(given, own, signal);
  tellFound(tell, found, work, { ports, settings, names });
  const problems = [...found.problems, ...missingProblems(settings, work)];
  for (const problem of problems) tell({ type: "problem", ...problem });
  const archive = createArchive({ places, settings, files, signal });
  const batch: Batch = {
    ...given,
    ledger,
    archive,
    names,
    settingsHash,
    tell,
    problems,
    delivery: createDelivery({ ports, places, settings, files, archive, signal }),
    tryToWrite: () => tryToWrite(own),
    stamp: ledger.state.open ?? (await freeStamp(places)),
    admitted: new Map(),
  };
  const { rows, ...ending } = await carryOut(batch, own, work, signal);
  const failed = rows.filter((row) => row.failure !== undefined).length;
  return {
    completed: rows.length - failed,
    failed,
    incomplete: rows.filter((row) => row.incomplete !== undefined).length,
    skipped: work.skipped.length,
    waiting: work.waiting.length,
    ignored: found.ignored.length,
    problems,
    ...ending,
    left: await leftInLibrary(batch),
    interrupted: signal.aborted,
  };
}

/** See `LocalLibrary.batch`. */
export async function runBatch(
  ports: BatchPorts,
  settings: BatchSettings,
  options: BatchOptions,
): Promise<BatchReport> {
  const speech = await batchTranscriptionOptions(ports, settings); // refuses impossible options before any work
  const places = await placesOf(settings);
  await listedJobs(settings);
  await ports.enter();
  const { dataDir } = ports;
  const release = await holdPlaces(places, { dataDir, bucket: settings.bucket });
  try {
    const files = await openWholeFiles(places.unfinished, [places.archive]);
    const ledger = await openLedger(places.ledger);
    try {
      return await run({ ports, settings, speech }, { places, files, ledger }, options);
    } finally {
      await ledger.close();
    }
  } finally {
    await release();
  }
}
