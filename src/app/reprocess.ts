import { setTimeout as sleep } from "node:timers/promises";
import type { TranscriptFilter } from "../catalog/catalog.ts";
import type { Job } from "../media/job.ts";
import type { Media } from "../media/media.ts";
import { trackChoice } from "../media/speech.ts";
import { checkChoice } from "../media/tracks.ts";
import { enqueueMissing } from "./enqueue.ts";
import { find } from "./find.ts";
import type { Ports } from "./ports.ts";
import type { ProcessReport, RedoOptions, ReprocessOptions, WorkOptions } from "./processing.ts";
import { countOpen } from "./retry.ts";
import { never, newRun, waitFor } from "./run.ts";
import { checkedOptions } from "./transcription-options.ts";
import { workWhile, type WorkPorts } from "./work.ts";

/** So many media files are waited for at once, when a filter names them. */
const mostWaiting = 500;
const pageSize = 100;

const isFilter = (which: readonly string[] | TranscriptFilter): which is TranscriptFilter =>
  !Array.isArray(which);

/** All media files that pass a filter, a page at a time: what becomes of one does not move the others. */
async function* passing({ catalog }: Pick<Ports, "catalog">, filter: TranscriptFilter) {
  for (let after = filter.after; ;) {
    const place = after === undefined ? {} : { after };
    const page: readonly Media[] = await catalog.listMedia({
      ...filter,
      ...place,
      limit: pageSize,
    });
    yield* page;
    after = page.at(-1)?.name;
    if (page.length < pageSize) return;
  }
}

/** What `force` does again: what an engine made. The index follows from that. */
function isForced({ step, state, reason }: Job): boolean {
  if (step === "probe" || step === "index") return false;
  return state !== "skipped" || reason === "imported";
}

/**
 * Plans with today's settings and does what that makes different, for media files by their names or all
 * that pass a filter. New results replace the old ones whole. @throws what `ReprocessOptions` lists
 */
export async function reprocess(
  ports: WorkPorts & Pick<Ports, "vocabularyFrom">,
  which: readonly string[] | TranscriptFilter,
  { speech: given, signal = never, force = false, ...options }: WorkOptions & RedoOptions = {},
): Promise<ProcessReport> {
  await ports.enter();
  const stop = new AbortController();
  const speech = await checkedOptions(ports, given);
  if (options.profile) await (await ports.engines()).checkProfile(options.profile);
  const named = isFilter(which) ? [] : await Promise.all(which.map((name) => find(ports, name)));
  for (const { facts } of named) checkChoice(trackChoice(speech ?? {}), facts?.tracks);
  const run = newRun(ports, { ...options, speech, signal: AbortSignal.any([signal, stop.signal]) });
  return workWhile(ports, run, stop, async (onFirst) => {
    onFirst();
    for await (const media of isFilter(which) ? passing(ports, which) : named) {
      while (run.waiting.size >= mostWaiting && !run.signal.aborted) await sleep(200);
      if (run.signal.aborted) return;
      await waitFor(ports, run, media, undefined, force ? isForced : undefined);
    }
  });
}

/** Enqueues what `reprocess` does, and returns how many steps are open then. @throws as that does */
export async function enqueueReprocess(
  ports: Pick<Ports, "catalog" | "engines" | "enter" | "session" | "vocabularyFrom" | "wakeUps">,
  name: string,
  { only, posterAtMs, profile, speech: given }: ReprocessOptions = {},
): Promise<number> {
  await ports.enter();
  const media = await find(ports, name);
  const speech = await checkedOptions(ports, given);
  checkChoice(trackChoice(speech ?? {}), media.facts?.tracks);
  if (profile) await (await ports.engines()).checkProfile(profile);
  const wanted = newRun(ports, {
    speech,
    ...(only && { only }),
    ...(posterAtMs !== undefined && { posterAtMs }),
    ...(profile && { profile }),
  });
  await enqueueMissing(ports, wanted, media);
  ports.wakeUps.wake();
  return countOpen(ports, media);
}
