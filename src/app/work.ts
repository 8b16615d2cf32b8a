import type { JobOutcome } from "../catalog/catalog.ts";
import type { Job } from "../media/job.ts";
import { follow } from "../pipeline.ts";
import type { Claim } from "../queue/job-queue.ts";
import { createWorker } from "../queue/worker.ts";
import { enqueueMissing } from "./enqueue.ts";
import type { Ports, WakeUps } from "./ports.ts";
import type { EndlessOptions, ProcessReport, WorkOptions } from "./processing.ts";
import { finishIfDone, never, newRun, type Run } from "./run.ts";
import { createTranscriptionFollowUps, leadsToTranscript } from "./transcription-follow-ups.ts";

export type WorkPorts = Pick<
  Ports,
  | "catalog"
  | "queue"
  | "objects"
  | "slots"
  | "session"
  | "engines"
  | "enter"
  | "recover"
  | "markUnclean"
  | "wakeUps"
  | "space"
  | "workDir"
  | "keptDir"
>;

export function createWakeUps(): WakeUps {
  const listeners = new Set<() => void>();
  return {
    wake() {
      for (const listener of listeners) listener();
    },
    onWake(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** How often a run that waits for other processes looks whether they still live. */
const lookAroundMs = 5_000;

/** How long one look at the media files that a run waits for may take: thousands are looked at in turns. */
const lookMs = 50;

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
 * Looks for a short while at media files that this run waits for and other processes may have finished.
 * With `takeOver`, enqueues again what waits there for another process: it may have died, or stopped.
 */
async function lookAtWaiting(ports: WorkPorts, run: Run, takeOver: boolean): Promise<void> {
  const until = performance.now() + lookMs;
  for (const name of Array.from(run.waiting)) {
    if (performance.now() > until || run.signal.aborted) return;
    if (run.enqueueing.has(name) || (await finishIfDone(ports, run, name))) continue;
    // To the end of the line, so that all get their turn.
    if (run.waiting.delete(name)) run.waiting.add(name);
    if (!takeOver || run.everyones) continue;
    const media = await ports.catalog.getMedia(name);
    if (media === undefined || !run.isOurs(media)) continue;
    const jobs = await ports.catalog.listJobs({ media, state: "queued" });
    if (jobs.some((job) => job.request?.session !== ports.session))
      await enqueueMissing(ports, run, media);
  }
}

/** Whether there is room for another job's results; what was removed gives up its bytes first. */
async function hasSpace({ space, recover }: WorkPorts): Promise<boolean> {
  if ((await space.look()).isEnough) return true;
  await recover();
  return (await space.look()).isEnough;
}

const factsOf = ({ media: { facts } }: Claim) => (facts === undefined ? {} : { facts });

/** A worker that tells a run of each step, and finishes media files as their last job ends. */
async function workerOf(ports: WorkPorts, run: Run) {
  const { catalog, objects } = ports;
  const { steps, settings, settingsFor } = await ports.engines();
  const followUps = createTranscriptionFollowUps(catalog, settingsFor);
  return createWorker({
    queue: ports.queue,
    catalog,
    slots: ports.slots,
    steps,
    follow: async (event, claim) =>
      leadsToTranscript(event)
        ? followUps.follow(event, claim)
        : follow(event, settings, claim.job.request, factsOf(claim)),
    discard: async (changes) => {
      for (const change of changes)
        if (change.type === "putRendition") await objects.remove(change.rendition.object);
        else if (change.type === "putOutput") await objects.remove(change.object);
    },
    workDir: ports.workDir,
    keptDir: ports.keptDir,
    hasSpace: () => hasSpace(ports),
    waitsForSpace: run.waitsForSpace,
    onProgress: ({ job, media }, progress) =>
      run.tell({ type: "progress", name: media.name, step: job.step, progress }),
    onFinished: async (claim, outcome) => {
      if (outcome.state === "succeeded") await followUps.checkAgain(claim);
      run.tell({ type: "step", name: claim.media.name, job: jobAfter(claim, outcome) });
      if (run.everyones) run.waiting.add(claim.media.name);
      await finishIfDone(ports, run, claim.media.name);
    },
  });
}

/** Works until `isDone`; in between, media files are finished as their last job ends. */
export async function workUntil(
  ports: WorkPorts,
  run: Run,
  { signal, isDone }: { signal: AbortSignal; isDone: () => Promise<boolean> },
): Promise<void> {
  const worker = await workerOf(ports, run);
  // The clock of the process: the wall's may be set back.
  let lookedAt = performance.now();
  const stopListening = ports.wakeUps.onWake(() => worker.wake());
  try {
    await worker.run({
      signal,
      isDone: async () => {
        const takeOver = performance.now() - lookedAt > lookAroundMs;
        if (takeOver) await ports.recover();
        await lookAtWaiting(ports, run, takeOver);
        if (takeOver) lookedAt = performance.now();
        return isDone();
      },
      ...(run.everyones ? {} : { requestedBy: ports.session }),
    });
  } catch (error) {
    ports.markUnclean();
    throw error;
  } finally {
    stopListening();
  }
  run.report.interrupted = signal.aborted;
}

/**
 * Does the work of a run while `source` brings media files to it: until it has brought all, and they
 * are done. The first failure ends both.
 * @param source gets a signal that ends it, and says by `onFirst` that there is something to do
 */
export async function workWhile(
  ports: WorkPorts,
  run: Run,
  stop: AbortController,
  source: (onFirst: () => void) => Promise<void>,
): Promise<ProcessReport> {
  const { signal } = run;
  let isBrought = false;
  const isDone = async () => isBrought && run.waiting.size === 0;
  const first = Promise.withResolvers<void>();
  const bringing = source(first.resolve).finally(() => {
    isBrought = true;
    first.resolve();
  });
  // A worker that found nothing would look again only after a pause.
  const working = first.promise.then(() => workUntil(ports, run, { signal, isDone }));
  const both = [bringing, working];
  for (const one of both) one.catch(() => stop.abort());
  await Promise.allSettled(both);
  await Promise.all(both);
  return run.report;
}

/** Does all waiting jobs of all callers, and returns. */
export async function workOff(
  ports: WorkPorts,
  { signal = never, ...options }: WorkOptions = {},
): Promise<ProcessReport> {
  await ports.enter();
  const run = newRun(ports, { ...options, signal, everyones: true });
  const isDone = async () =>
    (await ports.catalog.listJobs({ state: "queued", limit: 1 })).length === 0;
  await workUntil(ports, run, { signal, isDone });
  return run.report;
}

/** Does what waits and what comes, until the signals end it. */
export async function work(
  ports: WorkPorts,
  { signal, drain, onUpdate = () => {}, onStart = () => {} }: EndlessOptions,
): Promise<void> {
  await ports.enter();
  const run = newRun(ports, {
    signal,
    everyones: true,
    waitsForSpace: true,
    onUpdate: (update) => {
      run.report.finished.length = 0; // an endless run has no report
      onUpdate(update);
    },
  });
  const queue: Ports["queue"] = {
    ...ports.queue,
    claim: async (options) => (drain.aborted ? undefined : ports.queue.claim(options)),
  };
  await ports.engines();
  onStart();
  await workUntil({ ...ports, queue }, run, { signal, isDone: async () => drain.aborted });
}
