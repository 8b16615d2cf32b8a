import type { Media } from "../media/media.ts";
import type { Step } from "../media/job.ts";
import { enqueueMissing, isUndone } from "./enqueue.ts";
import { find } from "./find.ts";
import type { Ports } from "./ports.ts";
import type { ProcessReport, WorkOptions } from "./processing.ts";
import { never, newRun, waitFor } from "./run.ts";
import { workUntil, type WorkPorts } from "./work.ts";

/** The media files with steps that failed or were cancelled. */
async function undoneNames({ catalog }: Pick<Ports, "catalog">): Promise<string[]> {
  const failed = await catalog.listJobs({ state: "failed" });
  const cancelled = await catalog.listJobs({ state: "cancelled" });
  return [...new Set([...failed, ...cancelled].map((job) => job.name))];
}

/**
 * Runs failed and cancelled steps again, and the transcript that was left out because its audio failed:
 * of one media file or (without a name) of all. @throws MediaError `not_found`
 */
export async function retry(
  ports: WorkPorts,
  name: string | undefined,
  { step, signal = never, ...options }: WorkOptions & { step?: Step } = {},
): Promise<ProcessReport> {
  await ports.enter();
  const names = name === undefined ? await undoneNames(ports) : [name];
  const media = await Promise.all(names.map((one) => find(ports, one)));
  const run = newRun(ports, { ...options, signal, ...(step && { only: [step] }) });
  for (const one of media) await waitFor(ports, run, one, isUndone);
  await workUntil(ports, run, { signal, isDone: async () => run.waiting.size === 0 });
  return run.report;
}

/** Enqueues what `retry` runs, and returns how many steps are open then. @throws MediaError `not_found` */
export async function enqueueRetry(
  ports: Pick<Ports, "catalog" | "engines" | "enter" | "session" | "wakeUps">,
  name: string,
  { step }: { step?: Step } = {},
): Promise<number> {
  await ports.enter();
  const media = await find(ports, name);
  const wanted = newRun(ports, step === undefined ? {} : { only: [step] });
  await enqueueMissing(ports, wanted, media, isUndone);
  ports.wakeUps.wake();
  return countOpen(ports, media);
}

/** How many steps of a version are queued or running. */
export async function countOpen(
  { catalog }: Pick<Ports, "catalog">,
  media: Pick<Media, "name" | "version">,
): Promise<number> {
  const jobs = await catalog.listJobs({ media });
  return jobs.filter((job) => job.state === "queued" || job.state === "running").length;
}
