import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Library } from "../../app/library.ts";
import { s3EventOf, type EventObject } from "./events.ts";
import { bucketViews, type BucketViews, type InputBucket } from "./views.ts";
import { replaceFile } from "../../files/replace.ts";
import type { Logger } from "../../log/log.ts";
import type { RecordedEvent } from "../../media/event.ts";
import type { BackgroundPart } from "../../process/background.ts";

/** How S3's events are sent. */
export interface S3EventOptions {
  /** Where they are posted. Default: nowhere. */
  readonly s3Events?: string;
  readonly inputs?: readonly InputBucket[];
}

/** New events are looked for so often. */
const lookMs = 500;
const pageSize = 100;
/** How long a receiver may take for its answer. */
const answerMs = 30_000;
const longestPauseMs = 60_000;
/** An event that the receiver refuses (status 4xx) is tried so often; one that does not arrive, for ever. */
const mostRefusals = 5;

/** Media files of jobs of AWS's protocols: they are no uploads. */
const wireJobs = /^(?:transcribe-jobs|label-jobs)\/(?:.*-)?[0-9a-z]{22}$/;

interface Parts {
  readonly dailies: Library;
  readonly log: Logger;
  readonly views: BucketViews;
  readonly url: string;
}

/** What is known of the object now; a later version's facts do not count. */
async function objectOf({ dailies }: Parts, { event }: RecordedEvent): Promise<EventObject> {
  const media = await dailies.find(event.name).catch(() => undefined);
  if (media?.version !== event.version) return {};
  const facts = (await dailies.buckets.factsOf([media.version])).get(media.version);
  const { owner, sizeBytes } = media;
  return {
    owner,
    sizeBytes,
    ...(facts && { etag: facts.etag, isMultipart: facts.upload !== undefined }),
  };
}

/** Posts one event; returns why it did not arrive. */
async function post(url: string, body: string, signal: AbortSignal) {
  const timed = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
  const headers = { "content-type": "application/json" };
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers,
      body,
      signal: timed,
      redirect: "error",
    });
    await answer.body?.cancel();
    if (answer.ok) return undefined;
    const isRefusal = answer.status < 500 && answer.status !== 408 && answer.status !== 429;
    return { why: `the receiver answered ${answer.status}`, isRefusal };
  } catch (error) {
    return { why: (error as Error).message, isRefusal: false };
  }
}

/** Sends an event until it has arrived, is refused for good, or the signal ends it. False for one that is none of S3's. */
async function deliver(
  parts: Parts,
  recorded: RecordedEvent,
  signal: AbortSignal,
): Promise<boolean> {
  const { views, url, log } = parts;
  if (wireJobs.test(recorded.event.name)) return false; // else jobs would start jobs
  if (!recorded.event.type.startsWith("object.")) return false;
  const record = s3EventOf(views, recorded, await objectOf(parts, recorded));
  if (record === undefined) return false;
  const body = JSON.stringify({ Records: [record] });
  let refusals = 0;
  for (let pauseMs = 1_000; !signal.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const failed = await post(url, body, signal);
    if (failed === undefined || signal.aborted) return true;
    if (failed.isRefusal) refusals += 1;
    const fields = { media: recorded.event.name, sequence: recorded.sequence };
    if (refusals === mostRefusals) {
      log.error(fields, `an S3 event is given up: ${failed.why}`);
      return true;
    }
    log.warn({ ...fields, againInMs: pauseMs }, `an S3 event waits: ${failed.why}`);
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
  return true;
}

/** Where the number of the last event is kept that was sent, or was none of S3's. */
function cursorIn(dataDir: string) {
  const file = join(dataDir, "s3-events.json");
  return {
    async read(): Promise<number | undefined> {
      const text = await readFile(file, "utf8").catch(() => undefined);
      return text === undefined ? undefined : (JSON.parse(text) as { sequence: number }).sequence;
    },
    write: (sequence: number) => replaceFile(file, `${JSON.stringify({ sequence })}\n`),
  };
}

/**
 * Posts S3's events of media files to a webhook, one after the other, each at least once. The number of the last one
 * that was sent is kept in the data directory; the first start begins with what comes from then on. Call it before
 * anything can come in. Nothing without a URL.
 */
export async function s3EventParts(
  dailies: Library,
  { s3Events: url, inputs = [] }: S3EventOptions = {},
  dataDir: string,
  log: Logger,
): Promise<BackgroundPart[]> {
  if (url === undefined) return [];
  const parts: Parts = { dailies, log, views: bucketViews(inputs), url };
  const cursor = cursorIn(dataDir);
  if ((await cursor.read()) === undefined) await cursor.write(await dailies.lastEvent());
  const part: BackgroundPart = {
    name: "S3 events",
    async run(signal) {
      for (let after = (await cursor.read()) ?? 0; !signal.aborted;) {
        const page = await dailies.eventsAfter({ after, limit: pageSize });
        for (const recorded of page) {
          const isSent = await deliver(parts, recorded, signal);
          if (signal.aborted) return;
          after = recorded.sequence;
          if (isSent) await cursor.write(after);
        }
        if (page.length > 0) await cursor.write(after);
        if (page.length < pageSize) await sleep(lookMs, undefined, { signal }).catch(() => {});
      }
    },
  };
  return [part];
}
