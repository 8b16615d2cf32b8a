import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { chooseListed, jobsInSummary, type ListedJob } from "./choice.ts";
import { exists, markOf } from "./files.ts";
import type { Ledger } from "./ledger.ts";
import type { Ended, LedgerState } from "./ledger-state.ts";
import { createJobNames, type JobNames } from "./names.ts";
import type { BatchSettings } from "./settings.ts";
import { isWaitedFor, standingOf, type Extent } from "./start.ts";
import { MediaError, unreachable } from "../media/errors.ts";
import { canonicalJson } from "../media/job.ts";
import { trackChoice, type TranscriptionOptions } from "../media/speech.ts";
import { hasJson } from "./archive.ts";
import { sha256Of } from "../files/sha256.ts";
import { nameBelow, type BatchInput, type BatchPlaces } from "./places.ts";
import type { SpeechPorts } from "./ports.ts";
import type { BatchProblem } from "./report.ts";

/** The state of the inputs, and which of them are requested. */
export interface BatchWork {
  readonly toDo: LookedAt[];
  /** Done in this batch before it was stopped; only the archive may lack them. */
  readonly done: LookedAt[];
  /** Failed in this batch with the same settings, and not listed. */
  readonly failed: LookedAt[];
  /** Done before with the same contents and settings. The archive may lack them, too. */
  readonly skipped: LookedAt[];
  /** Not listed and not done: the continued batch waits for them. */
  readonly waiting: LookedAt[];
  /** The listed jobs; absent: all are requested. */
  readonly chosen: Extent;
  /** Listed jobs that match no input. */
  readonly missing: readonly ListedJob[];
}

/** An input with its file's fingerprint. */
export interface LookedAt extends BatchInput {
  /** The file's fingerprint from before it was examined: see `markOf`. */
  readonly mark: string;
}

/** The settings and the state that inputs are compared with. */
export interface PlanContext {
  readonly places: BatchPlaces;
  readonly settings: BatchSettings;
  readonly state: LedgerState;
  /** See `hashSettings`. */
  readonly settingsHash: string;
}

/** A hash of what decides a transcript: options, language, engine. */
export async function hashSettings(
  ports: SpeechPorts,
  options: TranscriptionOptions,
): Promise<string> {
  const settings = (await ports.engines()).settingsFor(options);
  const { transcriber, languageCode, speech = {} } = settings;
  const { audioTrack } = trackChoice(options);
  const track = audioTrack === undefined ? {} : { audioTrack };
  const text = canonicalJson({ transcriber, languageCode, speech, ...track });
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** Job names, with earlier ones. New names avoid those of existing files: see `namesThere`. */
export function jobNames(
  { input }: BatchPlaces,
  { names }: LedgerState,
  there: Iterable<string>,
): JobNames {
  return createJobNames(names, (path) => nameBelow(input, path), there);
}

/** Whether an input was done before: same bytes, same settings, and its requested results exist. */
async function isDone(
  input: LookedAt,
  { job, ended }: { job: string; ended: Ended | undefined },
  { places, settings, settingsHash }: PlanContext,
  signal: AbortSignal,
): Promise<boolean> {
  if (ended === undefined || ended.failure !== undefined) return false;
  if (ended.settings !== settingsHash) return false;
  for (const format of settings.formats)
    if (!ended.formats.includes(format) || !(await exists(join(places.output, `${job}.${format}`))))
      return false;
  if (settings.archive !== "none" && !(await hasJson(places, job, ended))) return false;
  if (input.mark === ended.mark) return true;
  const hasItsSize = ended.mark.startsWith(`${input.sizeBytes}.`);
  return hasItsSize && (await sha256Of(input.path, signal).catch(() => "")) === ended.sha256;
}

/**
 * The jobs that a list wants to retry; undefined without a list.
 * @throws MediaError when the list cannot be read, or is no summary of failed jobs
 */
export async function listedJobs({ retryFailed }: BatchSettings) {
  if (retryFailed === undefined) return undefined;
  const bytes = await readFile(retryFailed).catch((error: unknown) => {
    throw unreachable(retryFailed, error, "summary");
  });
  return jobsInSummary(retryFailed, bytes);
}

/** The only jobs to do, if there is a list. Listed jobs that are done meanwhile do not count as missing. */
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
    .filter(([path, { failure }]) => failure === undefined && state.names.has(path))
    .map(([path]) => asListed(path, nameBelow(places.input, path)));
  return { chosen, missing: chooseListed(done, missing).missing };
}

/** Sorts the inputs by their state. After the signal, the rest is not examined. */
export async function sortInputs(
  inputs: readonly BatchInput[],
  names: JobNames,
  context: PlanContext,
  signal: AbortSignal,
): Promise<BatchWork> {
  const { state, settingsHash } = context;
  const choice = await choose(inputs, names, context);
  const work: BatchWork = { toDo: [], done: [], failed: [], skipped: [], waiting: [], ...choice };
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
    const standing = standingOf(state, {
      ended,
      isDone: await isDone(input, { job, ended }, context, signal),
      isChanged: ended?.mark !== input.mark,
      isListed,
      settingsHash,
    });
    if (isWanted) lists[standing].push(input);
    else if (standing === "to do") work.waiting.push(input);
  }
  return work;
}

/**
 * Records the new fingerprints of finished inputs whose files or disk were moved. Their bytes have just
 * been read and are the same.
 */
export async function noteMarks(ledger: Ledger, { done, skipped }: BatchWork): Promise<void> {
  const moved = [...done, ...skipped].filter(
    ({ path, mark }) => ledger.state.ended.get(path)?.mark !== mark,
  );
  await ledger.add(...moved.map(({ path, mark }) => ({ type: "marked", path, mark }) as const));
}

/** Problems for listed jobs that match no input. */
export function missingProblems(
  { retryFailed = "" }: BatchSettings,
  { missing }: BatchWork,
): BatchProblem[] {
  return missing.map(({ job, input = job }) => {
    const message = `it lists ${JSON.stringify(job)} (${input}), and there is no such recording`;
    const remedy = "Look into the input folder, and whether a spreadsheet has changed the names.";
    const error = new MediaError("not_found", message, { remedy });
    return { path: resolve(retryFailed), input, error };
  });
}
