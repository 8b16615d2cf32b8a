import { setTimeout as sleep } from "node:timers/promises";
import type { Library } from "../app/library.ts";
import { bucketViews, type BucketViews, type InputBucket } from "../aws/s3/views.ts";
import { createTranscriptionWork } from "../aws/transcribe/work.ts";
import type { Logger } from "../log/log.ts";
import type { BackgroundPart } from "../process/background.ts";
import type { TranscriptionLimits } from "../transcriptions/transcriptions.ts";

/** What of AWS's protocols decides transcription jobs. */
export interface TranscriptionOptions {
  /** Buckets beside `uploads` whose objects are processed. Default: none. */
  readonly inputs?: readonly InputBucket[];
  /** Transcription jobs of one user that may be in progress at the same time. Default: 100. */
  readonly transcribeSlots?: number;
}

/** Follows transcription jobs of AWS's protocol, and what the service that takes them needs. */
export interface TranscriptionPart extends BackgroundPart {
  readonly views: BucketViews;
  readonly limits: TranscriptionLimits;
  /** Says that there is something new to do. */
  readonly wake: () => void;
}

/** As in AWS's account of its limits, but for the slots, which it gives as 250 today and 100 before. */
const defaultSlots = 100;
const mostQueued = 10_000;

/** Jobs in progress are looked at so often, and the queue when nothing is in progress. */
const busyMs = 250;
const idleMs = 5_000;

/**
 * Undefined where AWS's protocols are not spoken.
 * @throws MediaError `invalid_config` for input buckets that cannot be
 */
export async function transcriptionPart({
  dailies,
  log,
  aws,
}: {
  readonly dailies: Library;
  readonly log: Logger;
  readonly aws: TranscriptionOptions | undefined;
}): Promise<TranscriptionPart | undefined> {
  if (aws === undefined) return undefined;
  const { inputs = [], transcribeSlots: slots = defaultSlots } = aws;
  const views = bucketViews(inputs);
  const limits = { slots, queue: mostQueued };
  let woken = new AbortController();
  const work = createTranscriptionWork({
    dailies,
    views,
    limits,
    onTrouble: ({ name, owner }, error) =>
      log.warn({ job: name, owner, err: error }, `a transcription job waits: ${error.message}`),
  });
  return {
    name: "transcription jobs",
    views,
    limits,
    wake: () => woken.abort(),
    async run(signal) {
      await work.tidy();
      while (!signal.aborted) {
        woken = new AbortController();
        const count = await work.turn(signal);
        const until = AbortSignal.any([signal, woken.signal]);
        await sleep(count > 0 ? busyMs : idleMs, undefined, { signal: until }).catch(() => {});
      }
    },
  };
}
