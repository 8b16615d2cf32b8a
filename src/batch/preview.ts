import { readLedger, rowsIn } from "./ledger-state.ts";
import { paceOf } from "./pace.ts";
import { admittedAtOnce, type BatchSettings } from "./settings.ts";
import type { TranscriptionOptions } from "../media/speech.ts";
import { createModelStore } from "../models/local.ts";
import { createMemoryObjectStore } from "../objects/memory.ts";
import { createProbe } from "../probe/probe.ts";
import { createSandbox } from "../sandbox/create.ts";
import { findInputs, namesThere, placesOf, type BatchInput } from "./places.ts";
import {
  hashSettings,
  jobNames,
  missingProblems,
  sortInputs,
  type PlanContext,
  type SpeechParts,
} from "./plan.ts";
import type { BatchPreview } from "./report.ts";
import { batchTranscriptionOptions } from "./speech.ts";
import type { Config } from "../config/config.ts";
import type { Parts } from "../app/parts.ts";
import { createSpeech } from "../transcribe/registry.ts";

/** So many files are probed to guess how long all are. */
const samples = 40;

/** Milliseconds of sound in the inputs: measured for some, for the others by their size. */
async function guessDuration(
  { config }: Pick<Parts, "config">,
  inputs: readonly BatchInput[],
  signal: AbortSignal,
): Promise<number | undefined> {
  const probe = createProbe({ sandbox: await createSandbox(), limits: config.limits });
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

/** That of the last batch with this output folder, if there was one. */
async function lastPace({ places, state }: PlanContext): Promise<number | undefined> {
  if (state.finished === undefined) return undefined;
  return paceOf(await rowsIn(places.ledger, state.finished));
}

interface Estimate {
  /** Of what is to be done. */
  readonly soundMs?: number;
  readonly elapsedMs?: number;
  /** What the estimate goes by: the last batch here, or the draft engine's usual pace. */
  readonly by: "last batch" | "usual pace";
}

/** How long the work should take. */
async function estimate(
  parts: Pick<Parts, "config">,
  inputs: readonly BatchInput[],
  context: PlanContext,
  signal: AbortSignal,
): Promise<Estimate> {
  const soundMs = await guessDuration(parts, inputs, signal);
  const pace = await lastPace(context);
  const by = pace === undefined ? "usual pace" : "last batch";
  if (soundMs === undefined) return { by };
  const atOnce = parts.config.slots.speech;
  const elapsedMs =
    pace === undefined
      ? (inputs.length * usual.fileMs + soundMs * usual.realTimeFactor) / atOnce
      : soundMs * pace;
  return { soundMs, elapsedMs: Math.round(elapsedMs), by };
}

/** See `Dailies.previewBatch`. Needs no library. */
export async function previewBatch(
  parts: Pick<Parts, "config"> & SpeechParts,
  settings: BatchSettings,
  signal: AbortSignal,
): Promise<BatchPreview> {
  const places = await placesOf(settings);
  const state = await readLedger(places.ledger);
  const found = await findInputs(places, parts.config.dataDir);
  const names = jobNames(places, state, await namesThere(places));
  const settingsHash = await hashSettings(parts, await batchTranscriptionOptions(parts, settings));
  const context = { places, settings, state, settingsHash };
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
    skipped: named([...work.skipped, ...work.done]),
    failed: named(work.failed),
    ignored: found.ignored,
    problems: [...found.problems, ...missingProblems(settings, work)],
    admitted,
    atOnce: Math.min(admitted, parts.config.slots.speech),
    ...(await estimate(parts, work.toDo, context, signal)),
  };
}

/** What a batch would do, told without a library: none is made where there is none. @throws what `previewBatch` throws */
export async function previewBatchAlone(
  config: Config,
  settings: BatchSettings,
  signal: AbortSignal,
): Promise<BatchPreview> {
  const speech = createSpeech({
    config,
    sandbox: await createSandbox(),
    objects: createMemoryObjectStore(),
    models: createModelStore({ dir: config.modelsDir }),
  });
  const heard = {
    settingsFor: (wish: TranscriptionOptions) => {
      const { id: transcriber, languageCode } = speech.choose(wish);
      return { transcriber, languageCode };
    },
    checkSpeech: (wish: TranscriptionOptions) => speech.check(wish),
  };
  try {
    return await previewBatch({ config, localSteps: async () => heard }, settings, signal);
  } finally {
    await speech.close();
  }
}
