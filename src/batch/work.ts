import type { Batch } from "./context.ts";
import { markOf } from "./files.ts";
import { admittedAtOnce } from "./settings.ts";
import { receiveFile } from "../local/receive-file.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import { mediaName, ownMedia, removeNow } from "./bucket.ts";
import { batchSteps } from "./delivery.ts";
import { end, refuse } from "./end.ts";
import type { BatchInput } from "./places.ts";
import type { ProcessedMedia, ProcessUpdate } from "../app/processing.ts";
import type { BatchPorts } from "./ports.ts";
import { newRun, waitForReceived, type Run } from "../app/run.ts";
import { workUntil } from "../app/work.ts";
import { isFatal } from "../local/process.ts";

/** Brings out a media file whose jobs have ended: writes its results, records that, removes it. */
async function finish(batch: Batch, { name, jobs }: ProcessedMedia): Promise<void> {
  const { ports, delivery, ledger, settings } = batch;
  const admitted = batch.admitted.get(name);
  if (admitted === undefined) return;
  const { input, job } = admitted;
  const media = await ownMedia(batch, name);
  if (media === undefined) return refuse(batch, input, job, goneMeanwhile());
  const before = ledger.state.ended.get(input.path);
  const { row, stem } = await delivery.deliver({ input, job, media, jobs, before });
  // Transcribed, but not written: where nothing can be written, the next would fare no better.
  const isTranscribed = jobs.some(
    ({ step, state }) => step === "transcribe" && state === "succeeded",
  );
  if (isTranscribed && row.failure !== undefined) await batch.tryToWrite();
  await end(batch, input, {
    sha256: media.sha256,
    ...(stem === undefined ? {} : { stem }),
    row,
  });
  // A recording that is cut off stays, until somebody has looked after it.
  if (settings.forget && row.incomplete === undefined) await removeNow(ports, media);
}

const goneMeanwhile = (): MediaError =>
  new MediaError("cancelled", "it was removed from the library meanwhile, or replaced there");

/** Why an input is refused, in the words of a batch. */
function refusalOf(thrown: unknown, name: string): MediaError {
  const error = asMediaError(thrown);
  if (error.code !== "name_conflict" && error.code !== "not_yours") return error;
  const why = `${name} is in the library already, and is not of this batch: choose another --bucket, or remove it`;
  return new MediaError(error.code, why, { cause: error });
}

/**
 * Checks the free space for an input. If there is too little, the bytes of removed media files are deleted
 * first. Then only the minimum free space is required, because a copy by reference needs no space.
 */
async function checkRoom({ space, recover }: BatchPorts, sizeBytes: number): Promise<void> {
  await space.check(sizeBytes).catch(async () => {
    await recover();
    await space.check();
  });
}

async function admit(batch: Batch, run: Run, found: BatchInput): Promise<void> {
  const { ledger, ports, settings, names } = batch;
  const { path } = found;
  const job = names.nameFor(path);
  const name = mediaName(settings.bucket, job, path);
  const { request, speech, replacesOptions } = run;
  const input = { ...found, mark: (await markOf(path)) ?? "" };
  const admitted = { input, job, isEnqueued: false };
  batch.admitted.set(name, admitted);
  try {
    const received = await receiveFile(ports, {
      path,
      name,
      replace: true,
      own: {
        has: (version) => ledger.state.taken.has(version),
        add: (version) => ledger.add({ type: "taken", name, version }),
      },
      signal: run.signal,
      request,
      speech,
      replacesOptions,
      checkRoom: () => checkRoom(ports, input.sizeBytes),
    });
    batch.tell({ type: "queued", job, input: input.name, sizeBytes: input.sizeBytes });
    await waitForReceived(ports, run, received);
    admitted.isEnqueued = true;
  } catch (thrown) {
    batch.admitted.delete(name);
    if (!(thrown instanceof MediaError)) ports.markUnclean();
    const error = refusalOf(thrown, name);
    if (isFatal(error)) throw error;
    if (!run.signal.aborted) await refuse(batch, input, job, error);
  }
}

/** After how many inputs the bytes of removed media files are deleted. */
const sweepEvery = 20;

/** Whether something failed only because it was stopped. */
const isStopped = (thrown: unknown, signal: AbortSignal): boolean =>
  signal.aborted && asMediaError(thrown).code === "cancelled";

/** Writes the results of finished inputs one after the other, and tells when the next input may be taken in. */
function createOutlet(batch: Batch, signal: AbortSignal) {
  const { admitted, ports } = batch;
  let room = Promise.withResolvers<void>();
  let last: Promise<void> = Promise.resolve();
  let count = 0;
  /** Names of media files whose results are being written or are next. */
  const comingOut = new Set<string>();
  signal.addEventListener("abort", () => room.resolve());
  const inTurn = (name: string, work: () => Promise<void>): Promise<void> => {
    comingOut.add(name);
    return (last = last.then(async () => {
      if (signal.aborted) return; // it stays in the library, and the next run writes its results
      try {
        await work();
      } catch (error) {
        if (isStopped(error, signal)) return; // stopped meanwhile: the same
        throw error;
      }
      admitted.delete(name);
      comingOut.delete(name);
      room.resolve();
      count += 1;
      if (count % sweepEvery === 0) await ports.recover();
    }));
  };
  return {
    bringOut: (result: ProcessedMedia) => inTurn(result.name, () => finish(batch, result)),
    /** Ends inputs whose media files were removed from the library meanwhile, or replaced. */
    async giveUpRemoved(run: Run): Promise<void> {
      for (const [name, { input, job, isEnqueued }] of admitted) {
        if (!isEnqueued || run.waiting.has(name) || comingOut.has(name)) continue;
        if ((await ownMedia(batch, name)) !== undefined) continue;
        await inTurn(name, () => refuse(batch, input, job, goneMeanwhile()));
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

/** Transcribes inputs, with at most `admittedAtOnce` unfinished ones in the library. */
export async function transcribeAll(
  batch: Batch,
  inputs: readonly BatchInput[],
  signal: AbortSignal,
): Promise<void> {
  const { ports, settings, admitted, ledger, tell } = batch;
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
  const run = newRun(ports, {
    ...batchSteps,
    speech: batch.speech,
    replacesOptions: true,
    isOurs: ({ version }) => ledger.state.taken.has(version),
    signal: stop,
    onUpdate,
  });
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
    await ledger.check();
    await outlet.giveUpRemoved(run);
    return taken && run.waiting.size === 0;
  };
  const working = workUntil(ports, run, { signal: stop, isDone });
  for (const one of [admitting, working]) one.catch(() => failed.abort());
  await Promise.allSettled([admitting, working]);
  for (const ended of await Promise.allSettled([admitting, working, outlet.whenOut()]))
    if (ended.status === "rejected" && !isStopped(ended.reason, signal)) throw ended.reason;
}
