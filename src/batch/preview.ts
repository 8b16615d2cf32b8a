import { hasUnsayableName } from "../files/unsayable-name.ts";
import { unreachable } from "../media/errors.ts";
import { readLedger, rowsIn } from "./ledger-state.ts";
import { paceOf } from "./pace.ts";
import { admittedAtOnce, type BatchSettings } from "./settings.ts";
import { findInputs, namesThere, placesOf, type BatchInput } from "./places.ts";
import { hashSettings, jobNames, missingProblems, sortInputs, type PlanContext } from "./plan.ts";
import type { BatchPreview, BatchProblem } from "./report.ts";
import { batchTranscriptionOptions } from "./speech.ts";
import type { PreviewPorts } from "./ports.ts";

/** How many files are probed to estimate the length of all. */
const samples = 40;

/** Estimates the milliseconds of sound in the inputs: measured for some, by size for the others. */
async function guessDuration(
  { probe }: Pick<PreviewPorts, "probe">,
  inputs: readonly BatchInput[],
  signal: AbortSignal,
): Promise<number | undefined> {
  const every = Math.max(1, Math.ceil(inputs.length / samples));
  let [durationMs, bytes] = [0, 0];
  for (const { path, sizeBytes } of inputs.filter((_, index) => index % every === 0)) {
    signal.throwIfAborted();
    const facts = await probe(path, { signal }).catch(() => undefined);
    if (facts?.durationMs === undefined) continue;
    durationMs += facts.durationMs;
    bytes += sizeBytes;
  }
  if (bytes === 0) return undefined;
  const allBytes = inputs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return Math.round((durationMs * allBytes) / bytes);
}

/** An estimate for the draft engine, from recordings of some seconds each on two slow cores; not a measurement. */
const usual = { fileMs: 900, realTimeFactor: 0.3 };

/** The pace of the last batch with this output folder, if there was one. */
async function lastPace({ places, state }: PlanContext): Promise<number | undefined> {
  if (state.finished === undefined) return undefined;
  return paceOf(await rowsIn(places.ledger, state.finished));
}

interface Estimate {
  /** Milliseconds of sound in the inputs to do. */
  readonly soundMs?: number;
  readonly elapsedMs?: number;
  /** The basis of the estimate: the last batch here, or the draft engine's usual pace. */
  readonly by: "last batch" | "usual pace";
}

/** Estimates the duration of the work. */
async function estimate(
  ports: Pick<PreviewPorts, "probe" | "slots">,
  inputs: readonly BatchInput[],
  context: PlanContext,
  signal: AbortSignal,
): Promise<Estimate> {
  const soundMs = await guessDuration(ports, inputs, signal);
  const pace = await lastPace(context);
  const by = pace === undefined ? "usual pace" : "last batch";
  if (soundMs === undefined) return { by };
  const atOnce = ports.slots.speech;
  const elapsedMs =
    pace === undefined
      ? (inputs.length * usual.fileMs + soundMs * usual.realTimeFactor) / atOnce
      : soundMs * pace;
  return { soundMs, elapsedMs: Math.round(elapsedMs), by };
}

/** Inputs whose names are not UTF-8 fail in a batch, in the same words. */
async function byNames(inputs: readonly BatchInput[]) {
  const readable: BatchInput[] = [];
  const unsayable: BatchProblem[] = [];
  for (const input of inputs) {
    const { path, name } = input;
    if (!(await hasUnsayableName(path))) readable.push(input);
    else unsayable.push({ path, input: name, error: unreachable(path, { code: "ENOENT" }) });
  }
  return { readable, unsayable };
}

/** See `LocalLibrary.previewBatch`. Needs no library. */
export async function previewBatch(
  ports: PreviewPorts,
  settings: BatchSettings,
  signal: AbortSignal,
): Promise<BatchPreview> {
  const places = await placesOf(settings);
  const state = await readLedger(places.ledger);
  const found = await findInputs(places, ports.dataDir);
  const names = jobNames(places, state, await namesThere(places));
  const settingsHash = await hashSettings(ports, await batchTranscriptionOptions(ports, settings));
  const context = { places, settings, state, settingsHash };
  const { readable, unsayable } = await byNames(found.inputs);
  const work = await sortInputs(readable, names, context, signal);
  const named = (inputs: readonly BatchInput[]) =>
    inputs.map(({ path, name, sizeBytes }) => ({
      input: name,
      job: names.nameFor(path),
      sizeBytes,
    }));
  const admitted = admittedAtOnce(settings.slots);
  return {
    toDo: named(work.toDo),
    skipped: named([...work.skipped, ...work.done]),
    failed: named(work.failed),
    ignored: found.ignored,
    problems: [...found.problems, ...unsayable, ...missingProblems(settings, work)],
    admitted,
    atOnce: Math.min(admitted, ports.slots.speech),
    ...(await estimate(ports, work.toDo, context, signal)),
  };
}
