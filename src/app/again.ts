import { setTimeout as sleep } from "node:timers/promises";
import type { HeardFilter } from "../catalog/catalog.ts";
import type { Job, JobRequest } from "../media/job.ts";
import type { Media } from "../media/media.ts";
import type { TranscriptionOptions } from "../media/speech.ts";
import { begin } from "./begin.ts";
import { mediaNamed } from "./media-named.ts";
import type { Parts } from "./parts.ts";
import type { ReprocessOptions, WorkOptions } from "./processing.ts";
import { ask, newRun, workUntil, type Run } from "./run.ts";
import { checkedOptions } from "./transcription-options.ts";

/** Media that are there are worked on once more: for `retry` and `reprocess`. */

/** The media that have steps which failed or were cancelled. */
export async function undoneNames(catalog: Parts["catalog"]): Promise<string[]> {
  const failed = await catalog.listJobs({ state: "failed" });
  const cancelled = await catalog.listJobs({ state: "cancelled" });
  return [...new Set([...failed, ...cancelled].map((job) => job.name))];
}

/** Asks again for media that are there, then works until they are done. */
export async function again(
  parts: Parts,
  media: readonly Media[],
  options: WorkOptions & { only?: JobRequest["only"]; speech?: TranscriptionOptions | undefined },
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
export async function reprocessAll(parts: Parts, filter: HeardFilter, run: Run) {
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

/** Asks again for a media that is there, and leaves it to a worker. Returns how many steps are open then. */
export async function askAgain(
  parts: Parts,
  name: string,
  { only, speech: said }: ReprocessOptions,
  retries: (job: Job) => boolean,
): Promise<number> {
  await parts.enter();
  const media = await mediaNamed(parts, name);
  const speech = await checkedOptions(parts, said);
  const run = newRun(parts, { speech, ...(only !== undefined && { only }) });
  await ask(parts, run, media, retries);
  const jobs = await parts.catalog.listJobs({ version: media.version });
  return jobs.filter((job) => job.state === "queued" || job.state === "running").length;
}
