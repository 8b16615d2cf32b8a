import type { HeardFilter } from "../catalog/catalog.ts";
import { again, askAgain, reprocessAll, undoneNames } from "./again.ts";
import { isUndone } from "./begin.ts";
import { cancel } from "./cancel.ts";
import type { Dailies } from "./dailies.ts";
import { mediaNamed } from "./media-named.ts";
import type { Parts } from "./parts.ts";
import { newRun, workUntil } from "./run.ts";
import { checkedOptions } from "./transcription-options.ts";
import { takeIn } from "./take-in.ts";

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

/** The functions of the application that have work done or undone. */
export function createWork(parts: Parts): Work {
  const { catalog } = parts;
  return {
    async process(paths, { signal = never, speech: said, ...options } = {}) {
      const failed = new AbortController();
      const stop = AbortSignal.any([signal, failed.signal]);
      const speech = await checkedOptions(parts, said);
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
      const media = await Promise.all(names.map((one) => mediaNamed(parts, one)));
      const only = step === undefined ? {} : { only: [step] };
      return again(parts, media, { ...options, ...only }, isUndone);
    },
    async reprocess(which, { speech: said, ...options } = {}) {
      await parts.enter();
      const speech = await checkedOptions(parts, said);
      if (isFilter(which)) return reprocessAll(parts, which, newRun(parts, { ...options, speech }));
      const media = await Promise.all(which.map((name) => mediaNamed(parts, name)));
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
