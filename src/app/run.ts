import { asMediaError } from "../media/errors.ts";
import { isWanted, outcomeOf, type Job, type JobRequest } from "../media/job.ts";
import type { Media, StoredObject } from "../media/media.ts";
import type { TranscriptionOptions } from "../media/speech.ts";
import { enqueueMissing, isUndone, lacksJobs } from "./enqueue.ts";
import type { Ports } from "./ports.ts";
import type { ProcessedMedia, ProcessReport, ProcessUpdate, WorkOptions } from "./processing.ts";
import type { Received } from "./receive.ts";

/** Writes the outputs of finished media files somewhere else: as files in a folder, say. */
export interface OutputWriter {
  /** Where to, for errors. */
  readonly folder: string;
  /** Returns what was written, in the order of the outputs. @throws MediaError */
  write(outputs: readonly StoredObject[], signal: AbortSignal): Promise<string[]>;
}

/** One call that has work done: which media files it waits for, what became of them, whom it tells. */
export interface Run {
  readonly request: JobRequest;
  /** A poster's time that was asked for earlier does not count. */
  readonly forgetsPosterTime: boolean;
  /** New transcription options; earlier ones stay where these say nothing. */
  readonly speech: TranscriptionOptions | undefined;
  /** Earlier transcription options do not count. */
  readonly replacesOptions: boolean;
  /** Whether a media file is one that this run waits for; another is treated as removed. */
  readonly isOurs: (media: Media) => boolean;
  readonly out: OutputWriter | undefined;
  /** By the wall's clock, as jobs have it. */
  readonly startedAt: number;
  /** Works for everyone, and enqueues nothing itself. */
  readonly everyones: boolean;
  /** Jobs wait until there is room on the disk, instead of failing. */
  readonly waitsForSpace: boolean;
  readonly signal: AbortSignal;
  /** Names of the media files that are not yet done. */
  readonly waiting: Set<string>;
  /** Those of them whose jobs are being enqueued: whether they are done is not known yet. */
  readonly enqueueing: Set<string>;
  readonly report: {
    finished: ProcessedMedia[];
    refused: ProcessReport["refused"][number][];
    ignored: ProcessReport["ignored"][number][];
    interrupted: boolean;
  };
  readonly tell: (update: ProcessUpdate) => void;
}

export const never: AbortSignal = new AbortController().signal;

export interface RunOptions extends WorkOptions {
  readonly out?: OutputWriter | undefined;
  readonly only?: JobRequest["only"];
  readonly posterAtMs?: JobRequest["posterAtMs"] | "best";
  readonly profile?: JobRequest["profile"];
  readonly speech?: TranscriptionOptions | undefined;
  readonly replacesOptions?: boolean;
  readonly isOurs?: (media: Media) => boolean;
  readonly everyones?: boolean;
  readonly waitsForSpace?: boolean;
}

export function newRun({ session }: Pick<Ports, "session">, options: RunOptions): Run {
  const { only, posterAtMs, profile } = options;
  return {
    request: {
      session,
      ...(only && { only }),
      ...(typeof posterAtMs === "number" && { posterAtMs }),
      ...(profile && { profile }),
    },
    forgetsPosterTime: posterAtMs === "best",
    speech: options.speech,
    replacesOptions: options.replacesOptions ?? false,
    isOurs: options.isOurs ?? (() => true),
    out: options.out,
    startedAt: Date.now(),
    everyones: options.everyones ?? false,
    waitsForSpace: options.waitsForSpace ?? false,
    signal: options.signal ?? never,
    waiting: new Set(),
    enqueueing: new Set(),
    report: { finished: [], refused: [], ignored: [], interrupted: false },
    tell: options.onUpdate ?? (() => {}),
  };
}

/** Something that was given, or a place for outputs, that this run cannot use; the others go on. */
export function refuse(run: Run, path: string, thrown: unknown): void {
  const refused = { path, error: asMediaError(thrown) };
  run.report.refused.push(refused);
  run.tell({ type: "refused", ...refused });
}

/** Enqueues what a media file lacks, and waits for it; one that lacks nothing is finished at once. */
export async function waitFor(
  ports: Pick<Ports, "catalog" | "engines">,
  run: Run,
  media: Media,
  retries?: (job: Job) => boolean,
  forces?: (job: Job) => boolean,
): Promise<void> {
  run.waiting.add(media.name);
  run.enqueueing.add(media.name);
  try {
    await enqueueMissing(ports, run, media, retries, forces);
    const isDone = await finishIfDone(ports, run, media.name, "unchanged");
    if (!isDone) run.tell({ type: "accepted", name: media.name });
  } finally {
    run.enqueueing.delete(media.name);
  }
}

/** Waits for a media file that this run has just received: its jobs were enqueued with it. */
export async function waitForReceived(
  ports: Pick<Ports, "catalog" | "engines">,
  run: Run,
  { media, change }: Received,
): Promise<void> {
  if (change === "unchanged") return waitFor(ports, run, media, isUndone);
  run.waiting.add(media.name);
  const isDone = change === "shared" && (await finishIfDone(ports, run, media.name, "shared"));
  if (!isDone) run.tell({ type: "accepted", name: media.name });
}

/**
 * When a media file has nothing left to do: reports how it ended, and writes its outputs.
 * @param before what to call it when everything was there before this run began
 */
export async function finishIfDone(
  ports: Pick<Ports, "catalog" | "engines">,
  run: Run,
  name: string,
  before?: "unchanged" | "shared",
): Promise<boolean> {
  const found = await ports.catalog.getMedia(name);
  const media = found !== undefined && run.isOurs(found) ? found : undefined;
  const jobs = media === undefined ? [] : await ports.catalog.listJobs({ media });
  const wanted = jobs.filter((job) => isWanted(job.step, run.request));
  if (wanted.some((job) => job.state === "queued" || job.state === "running")) return false;
  if (media !== undefined && !run.everyones && (await lacksJobs(ports, run, media, jobs))) {
    await enqueueMissing(ports, run, media);
    return false;
  }
  if (!run.waiting.delete(name) || media === undefined) return true;
  const written = await writeOut(ports, run, media);
  if (written === undefined) return false;
  const undone = wanted.some((job) => job.state === "failed" || job.state === "cancelled");
  const ended = media.facts?.incomplete === undefined ? "ready" : "incomplete";
  const state = undone ? outcomeOf("failed", wanted) : (before ?? ended);
  const done = jobs.flatMap(({ step, state: end, finishedAt = 0 }) =>
    end === "succeeded" && finishedAt >= run.startedAt ? [step] : [],
  );
  const notes = before === undefined ? await transcriptNotes(ports, name, wanted) : [];
  const result: ProcessedMedia = { name, state, jobs, done, notes, written };
  run.report.finished.push(result);
  run.tell({ type: "finished", result });
  return true;
}

/** The notes of the attempts that made a media file's transcript. */
async function transcriptNotes(
  { catalog }: Pick<Ports, "catalog">,
  name: string,
  jobs: readonly Job[],
): Promise<string[]> {
  const made = jobs.filter(({ step, state }) => step === "transcribe" && state === "succeeded");
  if (made.length === 0) return [];
  const attempts = await catalog.listAttempts(name);
  return attempts
    .filter(({ jobId, outcome }) => outcome === "succeeded" && made.some(({ id }) => id === jobId))
    .flatMap(({ notes }) => notes);
}

/**
 * Returns the files written; undefined when the run was interrupted meanwhile, and its media file is
 * not done. A file that cannot be written is refused; a full disk ends the run.
 */
async function writeOut(
  { catalog }: Pick<Ports, "catalog">,
  run: Run,
  media: Media,
): Promise<string[] | undefined> {
  if (run.out === undefined) return [];
  try {
    return await run.out.write(await catalog.listOutputs(media), run.signal);
  } catch (error) {
    if (run.signal.aborted) return undefined;
    if (asMediaError(error).code === "disk_full") throw error;
    refuse(run, run.out.folder, error);
    return [];
  }
}
