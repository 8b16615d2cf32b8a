import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { chooseListed, jobsInSummary, type ListedJob } from "../batch/choice.ts";
import { exists, markOf } from "../batch/files.ts";
import { rowsIn, type Ended, type LedgerState } from "../batch/ledger.ts";
import { createJobNames, type JobNames } from "../batch/names.ts";
import { paceOf } from "../batch/pace.ts";
import type { BatchSettings } from "../batch/settings.ts";
import { isWaitedFor, standingOf, type Extent } from "../batch/start.ts";
import { unreachable } from "../media/errors.ts";
import { canonicalJson } from "../media/job.ts";
import { wishSettings, type SpeechWish } from "../media/speech.ts";
import { createProbe } from "../probe/probe.ts";
import { createSandbox } from "../sandbox/create.ts";
import type { PipelineSettings } from "../pipeline.ts";
import { hasJson, sha256Of } from "./batch-archive.ts";
import { nameBelow, type BatchInput, type BatchPlaces } from "./batch-places.ts";
import type { Parts } from "./parts.ts";
import type { LocalSteps } from "./steps.ts";

/** How the inputs stand, and which of them are wanted. */
export interface BatchWork {
  readonly toDo: LookedAt[];
  /** Done in this batch, before it was stopped; only the archive may lack them. */
  readonly done: LookedAt[];
  /** Failed in this batch, with the same settings, and are not listed. */
  readonly failed: LookedAt[];
  /** Done before with the same contents and settings. The archive may lack them, too. */
  readonly skipped: LookedAt[];
  /** Not listed, and not done: the batch that goes on waits for them. */
  readonly left: LookedAt[];
  /** The jobs that are listed; absent: all are wanted. */
  readonly chosen: Extent;
  /** What is listed and none of the inputs. */
  readonly missing: readonly ListedJob[];
}

/** An input, and what its file was like. */
export interface LookedAt extends BatchInput {
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

/** Job names, with those that were given before; others than the files' that are there: see `namesThere`. */
export function jobNames(
  { input }: BatchPlaces,
  { names }: LedgerState,
  there: Iterable<string>,
): JobNames {
  return createJobNames(names, (path) => nameBelow(input, path), there);
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

/**
 * What is listed as to be tried again; undefined without a list.
 * @throws MediaError when it cannot be read, or is no summary of failed jobs
 */
export async function listedJobs({ retryFailed }: BatchSettings) {
  if (retryFailed === undefined) return undefined;
  const bytes = await readFile(retryFailed).catch((error: unknown) => {
    throw unreachable(retryFailed, error, "summary");
  });
  return jobsInSummary(retryFailed, bytes);
}

/** The jobs that alone are to be done. What is listed and was done meanwhile is not missed. */
async function choose(
  inputs: readonly BatchInput[],
  names: JobNames,
  { settings, places, state }: PlanContext,
): Promise<{ chosen: Extent; missing: ListedJob[] }> {
  const listed = await listedJobs(settings);
  if (listed === undefined) return { chosen: undefined, missing: [] };
  const asListed = (path: string, name: string) => ({
    job: names.nameFor(path),
    inputs: [name, state.renamed.get(path) ?? name],
  });
  const here = inputs.map(({ path, name }) => asListed(path, name));
  const { chosen, missing } = chooseListed(here, listed);
  const done = Array.from(state.ended)
    .filter(([path, { succeeded }]) => succeeded && state.names.has(path))
    .map(([path]) => asListed(path, nameBelow(places.input, path)));
  return { chosen, missing: chooseListed(done, missing).missing };
}

/** Sorts the inputs by how they stand. After the signal the rest is not looked at. */
export async function sortInputs(
  inputs: readonly BatchInput[],
  names: JobNames,
  context: PlanContext,
  signal: AbortSignal,
): Promise<BatchWork> {
  const { state, hash } = context;
  const choice = await choose(inputs, names, context);
  const work: BatchWork = { toDo: [], done: [], failed: [], skipped: [], left: [], ...choice };
  const { toDo, done, failed, skipped } = work;
  const lists = { "to do": toDo, done, failed, "done before": skipped };
  for (const found of inputs) {
    if (signal.aborted) break;
    const job = names.nameFor(found.path);
    const isListed = choice.chosen?.has(job) ?? false;
    const isWanted = isListed || choice.chosen === undefined;
    if (!isWanted && !isWaitedFor(state, job)) continue;
    const ended = state.ended.get(found.path);
    const input = { ...found, mark: (await markOf(found.path)) ?? "" };
    const known = { ended, isListed, hash };
    const isThere = await isDone(input, { job, ended }, context, signal);
    const standing = standingOf(state, { ...known, isDone: isThere });
    if (isWanted) lists[standing].push(input);
    else if (standing === "to do") work.left.push(input);
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

/** That of the last batch with this output folder, if there was one. */
async function lastPace({ places, state }: PlanContext): Promise<number | undefined> {
  if (state.finished === undefined) return undefined;
  return paceOf(await rowsIn(places.ledger, state.finished));
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
