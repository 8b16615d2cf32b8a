import { markOf, type WholeFiles } from "../batch/files.ts";
import type { Ledger } from "../batch/ledger.ts";
import type { JobNames } from "../batch/names.ts";
import { admittedAtOnce, type BatchSettings } from "../batch/settings.ts";
import type { BatchRow } from "../batch/summary.ts";
import { receiveFile } from "../intake/receive.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import { extensionOf } from "../media/keys.ts";
import type { SpeechWish } from "../media/speech.ts";
import { followArrival, removeVersion } from "./arrivals.ts";
import type { Archive } from "./batch-archive.ts";
import type { Delivery } from "./batch-delivery.ts";
import type { BatchInput } from "./batch-places.ts";
import type { BatchUpdate } from "./batch-report.ts";
import type { ProcessedMedia, ProcessUpdate } from "./processing.ts";
import type { Parts } from "./parts.ts";
import { newRun, workUntil, type Run } from "./run.ts";
import { checkSpace } from "./space.ts";
import { begin, isUndone } from "./begin.ts";
import { isFatal } from "./take-in.ts";

/** One batch under way. */
export interface Batch {
  readonly parts: Parts;
  readonly settings: BatchSettings;
  readonly speech: SpeechWish;
  readonly ledger: Ledger;
  readonly files: WholeFiles;
  readonly delivery: Delivery;
  readonly archive: Archive;
  readonly names: JobNames;
  /** Of the settings: see `settingsHash`. */
  readonly hash: string;
  readonly stamp: string;
  readonly tell: (update: BatchUpdate) => void;
  readonly problems: { path: string; error: MediaError }[];
  /** Inputs in the library that are not done, by their media's name. */
  readonly admitted: Map<string, Admitted>;
}

interface Admitted {
  readonly input: BatchInput;
  readonly job: string;
  /** What the file was when it was taken in. */
  readonly mark: string;
  /** Whether its jobs are asked for. */
  begun: boolean;
}

/** What an input is called in the library: a key in the bucket. */
function mediaName(bucket: string, job: string, path: string): string {
  return `${bucket}/${job}.${extensionOf(path) ?? "media"}`;
}

function problem(batch: Batch, path: string, thrown: unknown): void {
  const found = { path, error: asMediaError(thrown) };
  batch.problems.push(found);
  batch.tell({ type: "problem", ...found });
}

/** A file as it was when it was read, and what it is called in the archive. */
interface Read {
  /** See `markOf`; empty when it could not be taken in. */
  readonly mark: string;
  readonly sha256: string;
  readonly stem?: string | undefined;
}

/** @throws MediaError when the file is not what was read: it holds what nobody has transcribed */
async function checkUnchanged({ path }: BatchInput, mark: string): Promise<void> {
  const now = await markOf(path);
  if (now === mark) return;
  if (now === undefined)
    throw new MediaError("not_found", "it was taken away before it could be archived");
  throw new MediaError(
    "file_changing",
    "it was changed while it was transcribed, so it stays where it is; the next run does it again",
  );
}

/**
 * An input that has ended into the archive, beside its JSON. One that cannot be is said, and stays
 * where it is.
 * @param mark what the file was when it was read, or found to be what was read: see `markOf`
 */
export async function putAway(batch: Batch, input: BatchInput, mark: string): Promise<void> {
  const { archive, ledger, names, settings } = batch;
  const { path } = input;
  const ended = ledger.state.ended.get(path);
  if (settings.archive === "none" || ended === undefined) return;
  try {
    await checkUnchanged(input, mark);
    const stem = await archive.bringJson(input, names.nameFor(path), ended);
    if (ended.stem === undefined) await ledger.add({ type: "archived", path, stem });
    await archive.bringRecording(input, stem, ended.sha256);
  } catch (error) {
    // Stopped: it is written down as ended, and the next run puts it away.
    if (asMediaError(error).code !== "cancelled") problem(batch, path, error);
  }
}

/** Writes down how an input ended, and only then moves it: what is written is never done again. */
async function end(batch: Batch, input: BatchInput, read: Read, outcome: BatchRow): Promise<void> {
  const { ledger, stamp, hash: settings } = batch;
  const { mark, sha256, stem } = read;
  const row = { ...outcome, input: ledger.state.renamed.get(input.path) ?? outcome.input };
  const { path } = input;
  const named = stem === undefined ? {} : { stem };
  await ledger.add({ type: "ended", stamp, path, mark, sha256, settings, ...named, row });
  if (row.failure === undefined) await putAway(batch, input, mark);
  batch.tell({ type: row.failure === undefined ? "completed" : "failed", row });
}

/** Without the time in which a rename would find it again. */
const removeNow = (parts: Parts, media: { name: string; version: string }) =>
  removeVersion(parts, media, 0);

/** A media whose jobs are at their end: results out, word of it, and out of the library. */
async function finish(batch: Batch, { name, jobs }: ProcessedMedia): Promise<void> {
  const { parts, delivery, settings } = batch;
  const admitted = batch.admitted.get(name);
  const media = await parts.catalog.getMedia(name);
  if (admitted === undefined || media === undefined) return;
  const { input, job, mark } = admitted;
  const before = batch.ledger.state.ended.get(input.path);
  const { row, stem } = await delivery.deliver({ input, job, media, jobs, before });
  await end(batch, input, { mark, sha256: media.sha256, stem }, row);
  if (!settings.keepJobs) await removeNow(parts, media);
}

/** An input that could not even be taken in. */
async function refuse(batch: Batch, input: BatchInput, job: string, error: MediaError) {
  const now = Date.now();
  const failure = { code: error.code, message: error.message };
  const row = { job, input: input.name, createdAt: now, finishedAt: now, files: [], failure };
  await end(batch, input, { mark: "", sha256: "" }, row);
}

async function admit(batch: Batch, run: Run, input: BatchInput): Promise<void> {
  const { parts, settings, names } = batch;
  const job = names.nameFor(input.path);
  const name = mediaName(settings.bucket, job, input.path);
  const { settings: pipeline, settingsFor } = await parts.localSteps();
  const { request, speech } = run;
  try {
    const admitted = { input, job, mark: (await markOf(input.path)) ?? "", begun: false };
    batch.admitted.set(name, admitted);
    const { media } = await receiveFile(parts, {
      path: input.path,
      name,
      owner: "local",
      replace: true,
      signal: run.signal,
      follow: followArrival(pipeline, { request, speech, settingsFor }),
      checkRoom: () => checkSpace(parts.config),
    });
    batch.tell({ type: "queued", job, input: input.name, sizeBytes: input.sizeBytes });
    await begin(parts, run, media, isUndone);
    admitted.begun = true;
  } catch (thrown) {
    batch.admitted.delete(name);
    if (!(thrown instanceof MediaError)) parts.unsettle();
    const error = asMediaError(thrown);
    if (isFatal(error)) throw error;
    if (!run.signal.aborted) await refuse(batch, input, job, error);
  }
}

/** How often the bytes of what was removed are swept out. */
const sweepEvery = 20;

/** Whether something came to no end because it was told to stop. */
const isStopped = (thrown: unknown, signal: AbortSignal): boolean =>
  signal.aborted && asMediaError(thrown).code === "cancelled";

/** Brings out what is done, one after the other, and says when there is room for the next. */
function createOutlet(batch: Batch, signal: AbortSignal) {
  const { admitted, parts } = batch;
  let room = Promise.withResolvers<void>();
  let last: Promise<void> = Promise.resolve();
  let count = 0;
  const waiting = new Set<string>();
  signal.addEventListener("abort", () => room.resolve());
  const inTurn = (name: string, work: () => Promise<void>): Promise<void> => {
    waiting.add(name);
    return (last = last.then(async () => {
      if (signal.aborted) return; // it is in the library, and the next run brings it out
      try {
        await work();
      } catch (error) {
        if (isStopped(error, signal)) return; // amid it: the same
        throw error;
      }
      admitted.delete(name);
      waiting.delete(name);
      room.resolve();
      count += 1;
      if (count % sweepEvery === 0) await parts.recover();
    }));
  };
  return {
    bringOut: (result: ProcessedMedia) => inTurn(result.name, () => finish(batch, result)),
    /** Inputs that somebody has removed from the library meanwhile come to their end here. */
    async giveUpRemoved(run: Run): Promise<void> {
      for (const [name, { input, job, begun }] of admitted) {
        if (!begun || run.waiting.has(name) || waiting.has(name)) continue;
        if ((await parts.catalog.getMedia(name)) !== undefined) continue;
        const error = new MediaError("cancelled", "it was removed from the library meanwhile");
        await inTurn(name, () => refuse(batch, input, job, error));
      }
    },
    async whenRoom(most: number): Promise<void> {
      while (admitted.size >= most && !signal.aborted) {
        room = Promise.withResolvers<void>();
        await room.promise;
      }
    },
    whenOut: () => last,
  };
}

/** Transcribes inputs, never more than `admittedAtOnce` of them in the library undone. */
export async function transcribeAll(
  batch: Batch,
  inputs: readonly BatchInput[],
  signal: AbortSignal,
): Promise<void> {
  const { parts, settings, admitted, tell } = batch;
  const most = admittedAtOnce(settings.slots);
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const outlet = createOutlet(batch, stop);
  const jobOf = (name: string): string => admitted.get(name)?.job ?? name;
  const onUpdate = (update: ProcessUpdate): void => {
    if (update.type === "progress") {
      const { name, step, progress } = update;
      tell({ type: "progress", job: jobOf(name), step, progress });
    }
    if (update.type === "step") tell({ type: "waiting", job: jobOf(update.name) });
    if (update.type !== "finished") return;
    run.report.finished.length = 0; // the ledger keeps them
    outlet.bringOut(update.result).catch(() => failed.abort());
  };
  const run = newRun(parts, { only: ["transcribe"], speech: batch.speech, signal: stop, onUpdate });
  let taken = false;
  const admitAll = async (): Promise<void> => {
    for (const input of inputs) {
      await outlet.whenRoom(most);
      if (stop.aborted) return;
      await admit(batch, run, input);
    }
  };
  const admitting = admitAll().finally(() => (taken = true));
  const isDone = async (): Promise<boolean> => {
    await outlet.giveUpRemoved(run);
    return taken && run.waiting.size === 0;
  };
  const working = workUntil(parts, run, { signal: stop, isDone });
  for (const one of [admitting, working]) one.catch(() => failed.abort());
  await Promise.allSettled([admitting, working]);
  for (const ended of await Promise.allSettled([admitting, working, outlet.whenOut()]))
    if (ended.status === "rejected" && !isStopped(ended.reason, signal)) throw ended.reason;
}

/** Removes what inputs have in the library: also what a killed run left. */
export async function clearBucket({ parts, settings, ledger }: Batch): Promise<void> {
  const own = new Set<string>();
  for (const [path, job] of ledger.state.names) own.add(mediaName(settings.bucket, job, path));
  const startsWith = `${settings.bucket}/`;
  for (let after: string | undefined = startsWith; after !== undefined;) {
    const found: readonly { name: string; version: string }[] = await parts.catalog.listMedia({
      startsWith,
      after,
      limit: 200,
    });
    for (const media of found) if (own.has(media.name)) await removeNow(parts, media);
    after = found.at(-1)?.name;
  }
  await parts.recover();
}
