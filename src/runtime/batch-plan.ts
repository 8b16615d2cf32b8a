import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { exists, markOf } from "../batch/files.ts";
import { rowsIn, type Ended, type LedgerState } from "../batch/ledger.ts";
import { createJobNames, type JobNames } from "../batch/names.ts";
import type { BatchSettings } from "../batch/settings.ts";
import { jobsInSummary } from "../batch/summary.ts";
import { MediaError } from "../media/errors.ts";
import { canonicalJson } from "../media/job.ts";
import { wishSettings, type SpeechWish } from "../media/speech.ts";
import { createProbe } from "../probe/probe.ts";
import { createSandbox } from "../sandbox/create.ts";
import type { PipelineSettings } from "../pipeline.ts";
import { hasJson, sha256Of } from "./batch-archive.ts";
import { nameBelow, type BatchInput, type BatchPlaces } from "./batch-places.ts";
import type { Parts } from "./parts.ts";
import type { LocalSteps } from "./steps.ts";

/** What is to be done with the inputs. */
export interface BatchWork {
  readonly toDo: BatchInput[];
  /** Ended in this batch, before it was stopped; only the archive may lack them. */
  readonly ended: LookedAt[];
  /** Done before with the same contents and settings. The archive may lack them, too. */
  readonly skipped: LookedAt[];
}

/** An input that is what it was. */
interface LookedAt extends BatchInput {
  /** What the file was before it was looked at: see `markOf`. */
  readonly mark: string;
}

/** What the inputs are held against. */
export interface PlanContext {
  readonly places: BatchPlaces;
  readonly settings: BatchSettings;
  readonly state: LedgerState;
  /** See `settingsHash`. */
  readonly hash: string;
}

/** What decides by whom recordings are heard: needs no library. */
export interface SpeechParts {
  readonly localSteps: () => Promise<{
    readonly settingsFor: (
      wish: SpeechWish,
    ) => Pick<PipelineSettings, "transcriber" | "languageCode">;
    readonly checkSpeech: LocalSteps["checkSpeech"];
  }>;
}

/** What makes a transcript another one: other wishes, another language, another engine. */
export async function settingsHash(parts: SpeechParts, wish: SpeechWish): Promise<string> {
  const { transcriber, languageCode } = (await parts.localSteps()).settingsFor(wish);
  const speech = wishSettings(wish);
  const text = canonicalJson({ transcriber, languageCode, speech });
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** Job names, with those that were given before. */
export function jobNames({ input }: BatchPlaces, { names }: LedgerState): JobNames {
  return createJobNames(names, (path) => nameBelow(input, path));
}

/** Whether an input was done before: the same bytes, the same settings, and what is wanted of it is there. */
async function isDone(
  input: LookedAt,
  { job, ended }: { job: string; ended: Ended | undefined },
  { places, settings, hash }: PlanContext,
  signal: AbortSignal,
): Promise<boolean> {
  if (ended?.succeeded !== true || ended.settings !== hash) return false;
  for (const format of settings.formats)
    if (!ended.formats.includes(format) || !(await exists(join(places.output, `${job}.${format}`))))
      return false;
  if (settings.archive !== "none" && !(await hasJson(places, job, ended))) return false;
  if (input.mark === ended.mark) return true;
  const hasItsSize = ended.mark.startsWith(`${input.sizeBytes}.`);
  return hasItsSize && (await sha256Of(input.path, signal).catch(() => "")) === ended.sha256;
}

/** The jobs that alone are to be done; undefined: all. */
async function chosenJobs({ retryFailed }: BatchSettings): Promise<Set<string> | undefined> {
  if (retryFailed === undefined) return undefined;
  const text = await readFile(retryFailed, "utf8").catch((error: unknown) => {
    throw new MediaError("not_found", `there is no summary ${retryFailed}`, { cause: error });
  });
  return jobsInSummary(retryFailed, text);
}

/** Sorts the inputs by what is to be done with them. After the signal the rest is not looked at. */
export async function sortInputs(
  inputs: readonly BatchInput[],
  names: JobNames,
  context: PlanContext,
  signal: AbortSignal,
): Promise<BatchWork> {
  const work: BatchWork = { toDo: [], ended: [], skipped: [] };
  const { state, settings } = context;
  const chosen = await chosenJobs(settings);
  for (const found of inputs) {
    if (signal.aborted) break;
    const job = names.nameFor(found.path);
    if (chosen?.has(job) === false) continue;
    const ended = state.ended.get(found.path);
    const isOurs = ended !== undefined && ended.stamp === state.open;
    const input = { ...found, mark: (await markOf(found.path)) ?? "" };
    if (await isDone(input, { job, ended }, context, signal))
      (isOurs ? work.ended : work.skipped).push(input);
    else if (isOurs && !ended.succeeded) work.ended.push(input);
    else work.toDo.push(input);
  }
  return work;
}

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

/** Seconds of work a second of sound took in the last batch with this output folder, if there was one. */
async function lastPace({ places, state }: PlanContext): Promise<number | undefined> {
  if (state.finished === undefined) return undefined;
  const rows = (await rowsIn(places.ledger, state.finished)).filter(
    (row) =>
      row.failure === undefined && row.durationMs !== undefined && row.startedAt !== undefined,
  );
  const soundMs = rows.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0);
  if (soundMs === 0) return undefined;
  const times = rows.flatMap(({ startedAt = 0, finishedAt }) => [startedAt, finishedAt]);
  return (
    (times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b))) / soundMs
  );
}

export interface Estimate {
  /** Of what is to be done. */
  readonly soundMs?: number;
  readonly elapsedMs?: number;
  /** What the estimate goes by: the last batch here, or the draft engine's usual pace. */
  readonly by: "last batch" | "usual pace";
}

/** How long the work should take. */
export async function estimate(
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
