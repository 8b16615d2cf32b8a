import type { Change, JobOutcome } from "../catalog/catalog.ts";
import { createOutputWriter, type OutputWriter } from "../export/outputs.ts";
import { replayedEvents } from "./replay.ts";
import { asMediaError } from "../media/errors.ts";
import type { Job, JobRequest } from "../media/job.ts";
import type { Media } from "../media/media.ts";
import { sameOptions, mergedOptions, type TranscriptionOptions } from "../media/speech.ts";
import { follow, isWanted } from "../pipeline.ts";
import type { Claim } from "../queue/job-queue.ts";
import { createWorker } from "../queue/worker.ts";
import type { ProcessedMedia, ProcessReport, ProcessUpdate, WorkOptions } from "./processing.ts";
import type { Parts } from "./parts.ts";
import { createTranscriptionFollowUps, leadsToTranscript } from "./transcription-follow-ups.ts";
import { spaceOf } from "../local/space.ts";

/** How often a run that waits for others looks whether they still live. */
const lookAroundMs = 5_000;

/** How long one look at the media it waits for may take: thousands are looked at by turns. */
const lookMs = 50;

/** One call that has work done: what it waits for, what came of it, and who is told. */
export interface Run {
  readonly request: JobRequest;
  /** What is wished of the transcripts; what was wished before stays where this says nothing. */
  readonly speech: TranscriptionOptions | undefined;
  /** Whether that is all that is wished, and what was wished before counts for nothing. */
  readonly replacesOptions: boolean;
  /** Whether a media is the one that is waited for; else it is let be, as if that were removed. */
  readonly isOurs: (media: Media) => boolean;
  /** Writes outputs as files, if that was asked for. */
  readonly out: OutputWriter | undefined;
  /** Whether it works for everyone, and so asks for nothing itself. */
  readonly everyones: boolean;
  /** Whether jobs wait until there is room on the disk, instead of failing. */
  readonly waitsForSpace: boolean;
  readonly signal: AbortSignal;
  /** Names of the media that are not yet done. */
  readonly waiting: Set<string>;
  /** Those of them that are just being asked for: only who asks knows whether there was anything to do. */
  readonly beginning: Set<string>;
  readonly report: {
    finished: ProcessedMedia[];
    refused: ProcessReport["refused"][number][];
    ignored: ProcessReport["ignored"][number][];
    interrupted: boolean;
  };
  readonly tell: (update: ProcessUpdate) => void;
}

const never = new AbortController().signal;

export function newRun(
  parts: Parts,
  options: WorkOptions & {
    out?: string;
    only?: JobRequest["only"];
    speech?: TranscriptionOptions | undefined;
    replacesOptions?: boolean;
    isOurs?: (media: Media) => boolean;
    everyones?: boolean;
    waitsForSpace?: boolean;
  },
): Run {
  const only = options.only === undefined ? {} : { only: options.only };
  return {
    request: { session: parts.session, ...only },
    speech: options.speech,
    replacesOptions: options.replacesOptions ?? false,
    isOurs: options.isOurs ?? (() => true),
    out: options.out === undefined ? undefined : createOutputWriter(parts.objects, options.out),
    everyones: options.everyones ?? false,
    waitsForSpace: options.waitsForSpace ?? false,
    signal: options.signal ?? never,
    waiting: new Set(),
    beginning: new Set(),
    report: { finished: [], refused: [], ignored: [], interrupted: false },
    tell: options.onUpdate ?? (() => {}),
  };
}

/** What follows from where a media stands under today's settings. */
async function wishes(
  parts: Parts,
  run: Run,
  media: Media,
  speech?: TranscriptionOptions,
): Promise<readonly Change[]> {
  const { settingsFor } = await parts.localSteps();
  const settings = settingsFor(speech ?? (await parts.catalog.transcriptionOptions(media)) ?? {});
  const events = await replayedEvents(parts.catalog, media);
  return events.flatMap((event) => follow(event, settings, run.request));
}

/** What is wished of a media's transcript by now, and the word of it when that is new. */
async function askSpeech({ catalog }: Parts, run: Run, media: Media) {
  const before = await catalog.transcriptionOptions(media);
  const speech = mergedOptions(run.replacesOptions ? undefined : before, run.speech);
  const { name, version } = media;
  const event = { type: "speech.asked", name, version, speech } as const;
  const news: Change[] = sameOptions(before, speech) ? [] : [{ type: "event", event }];
  return { speech, news };
}

/** Asks for what a media lacks under today's settings, and again for the jobs that `retries` names. */
export async function ask(
  parts: Parts,
  run: Run,
  media: Media,
  retries: (job: Job) => boolean,
): Promise<void> {
  const again = (await parts.catalog.listJobs({ version: media.version })).filter(
    (job) => isWanted(job.step, run.request) && retries(job),
  );
  const { speech, news } = await askSpeech(parts, run, media);
  const changes = await wishes(parts, run, media, speech);
  await parts.catalog.apply({
    expect: { name: media.name, version: media.version },
    changes: [
      ...news,
      ...again.map((job): Change => ({ type: "retry", jobId: job.id, request: run.request })),
      ...changes,
    ],
  });
}

/**
 * Whether something that this run wants was never enqueued: what follows from a step is decided by
 * whoever asked for the step, and that may have been another process, which wanted less.
 */
async function lacksJobs(parts: Parts, run: Run, media: Media, jobs: readonly Job[]) {
  if (run.everyones) return false;
  const known = new Set(jobs.map((job) => job.id));
  const changes = await wishes(parts, run, media);
  return changes.some((change) => change.type === "enqueue" && !known.has(change.job.id));
}

/**
 * When nothing that was asked for is left to do: says how it ended, and writes the outputs as files.
 * `before`: what to call it when all was there before this run began.
 */
export async function finishIfDone(
  parts: Parts,
  run: Run,
  name: string,
  before?: "unchanged" | "shared",
): Promise<boolean> {
  const found = await parts.catalog.getMedia(name);
  const media = found !== undefined && run.isOurs(found) ? found : undefined;
  const version = media?.version ?? "";
  const jobs = await parts.catalog.listJobs({ version });
  const wanted = jobs.filter((job) => isWanted(job.step, run.request));
  if (wanted.some((job) => job.state === "queued" || job.state === "running")) return false;
  if (media !== undefined && (await lacksJobs(parts, run, media, jobs))) {
    await ask(parts, run, media, () => false);
    return false;
  }
  if (!run.waiting.delete(name) || media === undefined) return true;
  const written = await writeOut(parts, run, version);
  if (written === undefined) return false;
  const failed = wanted.some((job) => job.state === "failed" || job.state === "cancelled");
  const state = failed ? "failed" : (before ?? "ready");
  const result: ProcessedMedia = { name, state, jobs, written };
  run.report.finished.push(result);
  run.tell({ type: "finished", result });
  return true;
}

/** Something that was given, or an output's place, that this run cannot use; the others go on. */
export function refuse(run: Run, path: string, thrown: unknown): void {
  const refused = { path, error: asMediaError(thrown) };
  run.report.refused.push(refused);
  run.tell({ type: "refused", ...refused });
}

/**
 * The files written; undefined when the run was interrupted meanwhile, and its media is not done.
 * A file that cannot be written is refused; on a full disk the run ends.
 */
async function writeOut(parts: Parts, run: Run, version: string): Promise<string[] | undefined> {
  if (run.out === undefined) return [];
  try {
    return await run.out.write(await parts.catalog.listOutputs(version), run.signal);
  } catch (error) {
    if (run.signal.aborted) return undefined;
    if (asMediaError(error).code === "disk_full") throw error;
    refuse(run, run.out.folder, error);
    return [];
  }
}

function jobAfter({ job }: Claim, outcome: JobOutcome): Job {
  return {
    ...job,
    state: outcome.state,
    finishedAt: Date.now(),
    ...("failure" in outcome ? { failure: outcome.failure } : {}),
    ...("reason" in outcome ? { reason: outcome.reason } : {}),
  };
}

/**
 * Looks at media that this run waits for and others may have finished, for a short while. With
 * `takeOver`, takes over what waits there for another process: it may have died, or stopped.
 */
async function lookAtWaiting(parts: Parts, run: Run, takeOver: boolean): Promise<void> {
  const until = performance.now() + lookMs;
  for (const name of Array.from(run.waiting)) {
    if (performance.now() > until || run.signal.aborted) return;
    if (run.beginning.has(name) || (await finishIfDone(parts, run, name))) continue;
    // To the end of the line, so that all get their turn.
    if (run.waiting.delete(name)) run.waiting.add(name);
    if (!takeOver || run.everyones) continue;
    const media = await parts.catalog.getMedia(name);
    if (media === undefined || !run.isOurs(media)) continue;
    const jobs = await parts.catalog.listJobs({ version: media.version, state: "queued" });
    if (jobs.some((job) => job.request?.session !== parts.session))
      await ask(parts, run, media, () => false);
  }
}

/** Works until `isDone`; in between, media are finished as their last job ends. */
export async function workUntil(
  parts: Parts,
  run: Run,
  options: { signal: AbortSignal; isDone: () => Promise<boolean> },
): Promise<void> {
  const { steps, settings, settingsFor } = await parts.localSteps();
  const hearing = createTranscriptionFollowUps(parts.catalog, settingsFor);
  const worker = createWorker({
    queue: parts.queue,
    catalog: parts.catalog,
    slots: parts.config.slots,
    steps,
    follow: async (event, claim) =>
      leadsToTranscript(event)
        ? hearing.follow(event, claim)
        : follow(event, settings, claim.job.request),
    discard: async (changes) => {
      for (const change of changes)
        if (change.type === "putRendition") await parts.objects.remove(change.rendition.object);
        else if (change.type === "putOutput") await parts.objects.remove(change.object);
    },
    workDir: parts.workDir,
    hasSpace: async () => {
      if ((await spaceOf(parts.config)).isEnough) return true;
      await parts.recover(); // what was removed may hold it
      return (await spaceOf(parts.config)).isEnough;
    },
    waitsForSpace: run.waitsForSpace,
    onProgress: ({ job, media }, progress) =>
      run.tell({ type: "progress", name: media.name, step: job.step, progress }),
    onFinished: async (claim, outcome) => {
      if (outcome.state === "succeeded") await hearing.settle(claim);
      run.tell({ type: "step", name: claim.media.name, job: jobAfter(claim, outcome) });
      if (run.everyones) run.waiting.add(claim.media.name);
      await finishIfDone(parts, run, claim.media.name);
    },
  });
  // The clock of the process: the wall's may be set back.
  let lookedAt = performance.now();
  const unhear = parts.wakeUps.onWake(() => worker.wake());
  const running = worker.run({
    signal: options.signal,
    isDone: async () => {
      const takeOver = performance.now() - lookedAt > lookAroundMs;
      if (takeOver) await parts.recover();
      await lookAtWaiting(parts, run, takeOver);
      if (takeOver) lookedAt = performance.now();
      return options.isDone();
    },
    ...(run.everyones ? {} : { requestedBy: parts.session }),
  });
  await running.finally(unhear).catch((error: unknown) => {
    parts.unsettle();
    throw error;
  });
  run.report.interrupted = options.signal.aborted;
}
