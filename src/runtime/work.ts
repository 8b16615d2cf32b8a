import { setTimeout as sleep } from "node:timers/promises";
import type { Change, HeardFilter } from "../catalog/catalog.ts";
import { filesOf, type FoundFile } from "../intake/files.ts";
import { receiveFile } from "../intake/receive.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import type { Job, JobRequest } from "../media/job.ts";
import type { Media } from "../media/media.ts";
import type { SpeechWish } from "../media/speech.ts";
import { followArrival } from "./arrivals.ts";
import type { Dailies, ProcessOptions, ReprocessOptions, WorkOptions } from "./dailies.ts";
import type { Parts } from "./parts.ts";
import { wishOf, type SpeechOptions } from "./speech-wish.ts";
import { ask, finishIfDone, newRun, refuse, workUntil, type Run } from "./run.ts";
import { checkSpace } from "./space.ts";

type Work = Pick<
  Dailies,
  | "work"
  | "askRetry"
  | "askReprocess"
  | "process"
  | "workOff"
  | "retry"
  | "reprocess"
  | "cancel"
  | "pause"
  | "resume"
>;

const never = new AbortController().signal;

const isFilter = (which: readonly string[] | HeardFilter): which is HeardFilter =>
  !Array.isArray(which);

/** Wanted once, and not done: what failed or was cancelled, and what was skipped for its sake. */
export function isUndone(job: Job): boolean {
  return job.state === "failed" || job.state === "cancelled" || job.reason === "audio_failed";
}

async function named({ catalog }: Pick<Parts, "catalog">, name: string): Promise<Media> {
  const media = await catalog.getMedia(name);
  if (media !== undefined) return media;
  throw new MediaError("not_found", `there is no media ${JSON.stringify(name)}`);
}

/** The media that have steps which failed or were cancelled. */
async function undoneNames(catalog: Parts["catalog"]): Promise<string[]> {
  const failed = await catalog.listJobs({ state: "failed" });
  const cancelled = await catalog.listJobs({ state: "cancelled" });
  return [...new Set([...failed, ...cancelled].map((job) => job.name))];
}

/** Asks for what there is to do for a media, and counts it done at once when that is nothing. */
export async function begin(
  parts: Parts,
  run: Run,
  media: Media,
  retries: (job: Job) => boolean,
  before: "unchanged" | "shared" = "unchanged",
): Promise<void> {
  run.waiting.add(media.name);
  run.beginning.add(media.name);
  try {
    await ask(parts, run, media, retries);
    const isDone = await finishIfDone(parts, run, media.name, before);
    if (!isDone) run.tell({ type: "accepted", name: media.name });
  } finally {
    run.beginning.delete(media.name);
  }
}

/** Whether it is this machine and not one file that is at fault: the next would fare no better. */
export function isFatal(error: MediaError): boolean {
  return error.code === "disk_full" || "sqlite" in error.details;
}

function ignore(run: Run, path: string, reason: string): void {
  run.report.ignored.push({ path, reason });
  run.tell({ type: "ignored", path, reason });
}

/** The media files that the paths stand for; what is none is said and left. */
async function find(run: Run, paths: readonly string[]): Promise<FoundFile[]> {
  const files: FoundFile[] = [];
  for (const path of paths)
    try {
      for await (const file of filesOf(path)) {
        if (file.unreadable !== undefined) refuse(run, file.path, file.unreadable);
        else if (file.ignored === undefined) files.push(file);
        else ignore(run, file.path, file.ignored);
      }
    } catch (error) {
      refuse(run, path, error);
    }
  run.tell({ type: "found", files: files.length });
  return files;
}

/**
 * Takes in every file; one that cannot be does not stop the others. Says when there is something to do.
 * @throws MediaError when none can be any more: `disk_full`, or what is the matter with the catalog
 */
async function takeIn(
  parts: Parts,
  run: Run,
  paths: readonly string[],
  { name, replace = false, signal = never }: ProcessOptions,
  onFirst: () => void,
): Promise<void> {
  const { settings, settingsFor } = await parts.localSteps();
  const follow = followArrival(settings, { request: run.request, speech: run.speech, settingsFor });
  for (const file of await find(run, paths)) {
    if (signal.aborted) return;
    try {
      const { media, change } = await receiveFile(parts, {
        path: file.path,
        name: name ?? file.name,
        owner: "local",
        replace,
        signal,
        follow,
        checkRoom: () => checkSpace(parts.config),
      });
      await begin(parts, run, media, isUndone, change === "shared" ? "shared" : "unchanged");
      onFirst();
    } catch (error) {
      if (!(error instanceof MediaError)) parts.unsettle();
      if (isFatal(asMediaError(error))) throw asMediaError(error);
      if (!signal.aborted) refuse(run, file.path, error);
    }
  }
}

/** Asks again for media that are there, then works until they are done. */
async function again(
  parts: Parts,
  media: readonly Media[],
  options: WorkOptions & { only?: JobRequest["only"]; speech?: SpeechWish | undefined },
  retries: (job: Job) => boolean,
) {
  const run = newRun(parts, options);
  for (const one of media) await begin(parts, run, one, retries);
  const isDone = async () => run.waiting.size === 0;
  await workUntil(parts, run, { signal: run.signal, isDone });
  return run.report;
}

/** So many media are asked for and not yet done, when there are more than can be named. */
const mostWaiting = 500;
const pageSize = 100;

/** All media that pass a filter, a page at a time: what becomes of one does not move the others. */
async function* passing({ catalog }: Parts, filter: HeardFilter): AsyncGenerator<Media> {
  for (let after = filter.after; ;) {
    const page = await catalog.listMedia({
      ...filter,
      ...(after !== undefined && { after }),
      limit: pageSize,
    });
    yield* page;
    after = page.at(-1)?.name;
    if (page.length < pageSize) return;
  }
}

/** Works on all media that pass a filter while it asks for them. */
async function reprocessAll(parts: Parts, filter: HeardFilter, run: Run) {
  const failed = new AbortController();
  const stop = AbortSignal.any([run.signal, failed.signal]);
  let asked = false;
  const askAll = async (): Promise<void> => {
    for await (const media of passing(parts, filter)) {
      while (run.waiting.size >= mostWaiting && !stop.aborted) await sleep(200);
      if (stop.aborted) return;
      await begin(parts, run, media, () => false);
    }
  };
  const asking = askAll().finally(() => (asked = true));
  const isDone = async () => asked && run.waiting.size === 0;
  const both = [asking, workUntil(parts, run, { signal: stop, isDone })];
  for (const one of both) one.catch(() => failed.abort());
  await Promise.allSettled(both);
  await Promise.all(both);
  return run.report;
}

/** What is wished, if it can be met here. @throws MediaError what `wishOf` and `checkSpeech` throw */
async function checkedWish(parts: Parts, options: SpeechOptions = {}) {
  const speech = await wishOf(options);
  if (speech !== undefined) (await parts.localSteps()).checkSpeech(speech);
  return speech;
}

/** Asks again for a media that is there, and leaves it to a worker. Returns how many steps are open then. */
async function askAgain(
  parts: Parts,
  name: string,
  { only, speech: said }: ReprocessOptions,
  retries: (job: Job) => boolean,
): Promise<number> {
  await parts.enter();
  const media = await named(parts, name);
  const speech = await checkedWish(parts, said);
  const run = newRun(parts, { speech, ...(only !== undefined && { only }) });
  await ask(parts, run, media, retries);
  const jobs = await parts.catalog.listJobs({ version: media.version });
  return jobs.filter((job) => job.state === "queued" || job.state === "running").length;
}

/** A worker hears of it within a second, and its child processes end soon after. */
const stopMs = 6_000;

/** What finishes just then may bring new jobs: they are cancelled, too. */
async function cancel({ catalog }: Parts, name: string): Promise<number> {
  const cancelled = new Set<string>();
  for (const startedAt = Date.now(); ; await sleep(100)) {
    const { version } = await named({ catalog }, name);
    const jobs = await catalog.listJobs({ version });
    const open = jobs.filter((job) => job.state === "queued" || job.state === "running");
    if (open.length === 0 || Date.now() - startedAt > stopMs)
      return jobs.filter((job) => cancelled.has(job.id) && job.state !== "succeeded").length;
    const news = open.filter((job) => !cancelled.has(job.id));
    for (const job of news) cancelled.add(job.id);
    if (news.length === 0) continue;
    await catalog.apply({
      expect: { name, version },
      changes: [
        ...news.map((job): Change => ({ type: "cancel", jobId: job.id })),
        { type: "settle", version },
      ],
    });
  }
}

/** The functions of the application that have work done or undone. */
export function createWork(parts: Parts): Work {
  const { catalog } = parts;
  return {
    async process(paths, { signal = never, speech: said, ...options } = {}) {
      const failed = new AbortController();
      const stop = AbortSignal.any([signal, failed.signal]);
      const speech = await checkedWish(parts, said);
      const run = newRun(parts, { ...options, speech, signal: stop });
      await run.out?.check();
      await parts.enter();
      let taken = false;
      const isDone = async () => taken && run.waiting.size === 0;
      const first = Promise.withResolvers<void>();
      const taking = takeIn(parts, run, paths, { ...options, signal: stop }, first.resolve).finally(
        () => {
          taken = true;
          first.resolve();
        },
      );
      // A worker that found nothing would look again only after a pause.
      const working = first.promise.then(() => workUntil(parts, run, { signal: stop, isDone }));
      const both = [taking, working];
      for (const one of both) one.catch(() => failed.abort());
      await Promise.allSettled(both);
      await Promise.all(both);
      return run.report;
    },
    async workOff({ signal = never, ...options } = {}) {
      await parts.enter();
      const run = newRun(parts, { ...options, signal, everyones: true });
      const isDone = async () =>
        (await catalog.listJobs({ state: "queued", limit: 1 })).length === 0;
      await workUntil(parts, run, { signal, isDone });
      return run.report;
    },
    async work({ signal, drain, onUpdate = () => {}, onStart = () => {} }) {
      await parts.enter();
      const run = newRun(parts, {
        signal,
        everyones: true,
        waitsForSpace: true,
        onUpdate: (update) => {
          run.report.finished.length = 0; // nobody waits for the report of an endless run
          onUpdate(update);
        },
      });
      const queue: Parts["queue"] = {
        ...parts.queue,
        claim: async (wish) => (drain.aborted ? undefined : parts.queue.claim(wish)),
      };
      await parts.localSteps();
      onStart();
      await workUntil({ ...parts, queue }, run, { signal, isDone: async () => drain.aborted });
    },
    askRetry: (name, { step } = {}) =>
      askAgain(parts, name, step === undefined ? {} : { only: [step] }, isUndone),
    askReprocess: (name, options = {}) => askAgain(parts, name, options, () => false),
    async retry(name, { step, ...options } = {}) {
      await parts.enter();
      const names = name === undefined ? await undoneNames(catalog) : [name];
      const media = await Promise.all(names.map((one) => named(parts, one)));
      const only = step === undefined ? {} : { only: [step] };
      return again(parts, media, { ...options, ...only }, isUndone);
    },
    async reprocess(which, { speech: said, ...options } = {}) {
      await parts.enter();
      const speech = await checkedWish(parts, said);
      if (isFilter(which)) return reprocessAll(parts, which, newRun(parts, { ...options, speech }));
      const media = await Promise.all(which.map((name) => named(parts, name)));
      return again(parts, media, { ...options, speech }, () => false);
    },
    async cancel(name) {
      await parts.enter();
      return cancel(parts, name);
    },
    pause: () => parts.queue.pause(),
    resume: () => parts.queue.resume(),
  };
}
