import type { Ports } from "./ports.ts";
import type { Change } from "../catalog/catalog.ts";
import { outputOf } from "../catalog/outputs.ts";
import type { Buckets } from "../buckets/buckets.ts";
import { compareBytes } from "./compare-bytes.ts";
import { sessionOf, timeOf } from "../media/ids.ts";
import { partOf, type Job } from "../media/job.ts";
import { outputKindOf, streamFileOf, type OutputKind } from "../media/keys.ts";
import { storeBuckets, type Bucket, type Media, type StoredObject } from "../media/media.ts";

export interface ReconcileOptions {
  /** Reads all bytes and compares their SHA-256, too. Default: false, only what is there and its size. */
  readonly verify?: boolean;
  /** Removes bytes that no record knows. Default: false, they are only reported. */
  readonly remove?: boolean;
  readonly signal?: AbortSignal;
}

/** An object of the catalog whose bytes are not there, or are not what they were. */
export interface LostObject {
  readonly name: string;
  readonly bucket: Bucket;
  readonly key: string;
  readonly found: "missing" | "damaged";
  /**
   * `queued`: the step that makes it runs again, or waits for the audio, which is lost as well.
   * `open`: that step has not succeeded anyway. `source_lost`: it cannot be made again.
   */
  readonly repair: "queued" | "open" | "source_lost";
}

/** Bytes that no record knows. */
export interface Orphan {
  readonly bucket: Bucket;
  readonly version: string;
  readonly sizeBytes: number;
  readonly removed: boolean;
}

export interface ReconcileReport {
  readonly objects: number;
  readonly sizeBytes: number;
  /** Of each kind at most `listed` are named; the counts are of all. */
  readonly lost: readonly LostObject[];
  readonly lostCount: number;
  readonly orphans: readonly Orphan[];
  readonly orphanCount: number;
  readonly orphanBytes: number;
}

interface Parts extends Pick<Ports, "catalog" | "trash" | "objects"> {
  /** What clients keep in buckets of their own. */
  readonly buckets: Pick<Buckets, "recordedFrom">;
  /** Whether the process of a session lives: it may be about to record what it has stored. */
  readonly isLive: (session: string) => boolean;
}

/** Younger unknown bytes may be about to be recorded. */
const graceMs = 3_600_000;
const listed = 1_000;
const pageSize = 500;

/** Which job makes an output, by its part. */
const makers: Readonly<Record<Exclude<OutputKind, "stream">, string>> = {
  audio: "audio",
  poster: "poster",
  gif: "gif",
  web: "video",
  phone: "video",
  transcribe: "transcribe",
  labels: "label",
  "captions-vtt": "index:transcript",
  "captions-srt": "index:transcript",
};

/** Files of a stream that list its other files, and its captions. */
const listing = /^(?:master\.m3u8|manifest\.mpd|captions-[^/]*)$/;

/** The part of the job that makes an output or a part of one; undefined where none does. */
function makerOf(key: string, name: string): string | undefined {
  const file = streamFileOf(key, name);
  if (file !== undefined) return listing.test(file) ? "index:stream" : "stream";
  const kind = outputKindOf(key, name);
  return kind === undefined || kind === "stream" ? undefined : makers[kind];
}

/** Enqueues the step that makes an output once more. */
async function repair(
  { catalog, objects }: Parts,
  { key, name }: { readonly key: string; readonly name: string },
): Promise<LostObject["repair"]> {
  const media = await catalog.getMedia(name);
  if (media === undefined) return "open"; // it was removed meanwhile
  const { version } = media;
  if ((await objects.stat({ bucket: "uploads", key: name, version })) === undefined)
    return "source_lost";
  const maker = makerOf(key, name);
  const jobs = await catalog.listJobs({ media });
  const job = jobs.find((one) => maker !== undefined && partOf(one) === maker);
  if (job?.state !== "succeeded") return "open";
  const audio = maker === "transcribe" ? await lostAudio({ catalog, objects }, media, jobs) : [];
  const waits = audio.length > 0;
  const changes: Change[] = [{ type: "redo", jobId: job.id, waits }, ...audio];
  const applied = await catalog.apply({
    expect: { name, version },
    changes: [...changes],
  });
  return applied === "applied" ? "queued" : "open";
}

/** A transcript waits for the audio rendition, if there was one and it is lost, too. */
async function lostAudio(
  { catalog, objects }: Pick<Parts, "catalog" | "objects">,
  media: Pick<Media, "name" | "version">,
  jobs: readonly Job[],
): Promise<Change[]> {
  const job = jobs.find(({ step, state }) => step === "audio" && state === "succeeded");
  const audio = await outputOf(catalog, media, "audio");
  const isThere = audio !== undefined && (await objects.stat(audio)) !== undefined;
  return job === undefined || isThere ? [] : [{ type: "redo", jobId: job.id }];
}

/** The object at a key of a media file now. */
async function objectAt(
  catalog: Parts["catalog"],
  { bucket, key, name }: { bucket: Bucket; key: string; name: string },
): Promise<StoredObject | undefined> {
  const media = await catalog.getMedia(name);
  if (media === undefined) return undefined;
  if (bucket === "uploads") return catalog.getSource(media);
  return (await catalog.listOutputs(media)).find((output) => output.key === key);
}

/** Whether a process may be about to record these bytes. */
function mayBeRecordedSoon({ isLive }: Parts, version: string): boolean {
  const isOurs = /^[0-9a-z]{22}$/.test(version);
  return isOurs && (isLive(sessionOf(version)) || Date.now() - timeOf(version) < graceMs);
}

/**
 * Compares the catalog with the store. What the catalog has and the store has not is made again where
 * it can be; bytes that no record knows are reported, and removed only on request.
 */
export async function reconcile(
  parts: Parts,
  { verify = false, remove = false, signal }: ReconcileOptions = {},
): Promise<ReconcileReport> {
  const { catalog, trash, objects } = parts;
  const lost: LostObject[] = [];
  const orphans: Orphan[] = [];
  const count = { objects: 0, sizeBytes: 0, lostCount: 0, orphanCount: 0, orphanBytes: 0 };

  const checkOne = async (object: StoredObject & { mediaName: string }): Promise<void> => {
    const { bucket, key, mediaName: name } = object;
    count.objects += 1;
    count.sizeBytes += object.sizeBytes;
    if ((await compareBytes(objects, object, verify)) === undefined) return;
    // what was replaced or removed since the list was read is not lost
    const current = await objectAt(catalog, { bucket, key, name });
    const found =
      current?.version === object.version ? await compareBytes(objects, object, verify) : undefined;
    if (found === undefined) return;
    const isSource = bucket === "uploads";
    count.lostCount += 1;
    const how = isSource ? "source_lost" : await repair(parts, { key, name });
    if (lost.length < listed) lost.push({ name, bucket, key, found, repair: how });
  };

  const checkBytes = async (bucket: Bucket, version: string, sizeBytes: number): Promise<void> => {
    if (mayBeRecordedSoon(parts, version) || (await trash.knowsBytes(bucket, version))) return;
    const ref = { bucket, key: "", version };
    const removed =
      remove &&
      (await trash.trashUnknown(bucket, version)) &&
      (await trash.takeTrash(bucket, version)) &&
      (await objects.remove(ref));
    count.orphanCount += 1;
    count.orphanBytes += sizeBytes;
    if (orphans.length < listed) orphans.push({ bucket, version, sizeBytes, removed });
  };

  /** Objects and parts in clients' buckets. Nothing here can make them again. */
  const checkBuckets = async (): Promise<void> => {
    for (let from = ""; ;) {
      const page = await parts.buckets.recordedFrom(from, pageSize);
      for (const object of page) {
        signal?.throwIfAborted();
        count.objects += 1;
        count.sizeBytes += object.sizeBytes;
        const found = await compareBytes(objects, object, verify);
        if (found === undefined) continue;
        // what was replaced or removed since the list was read is not lost
        const [current] = await parts.buckets.recordedFrom(object.version, 1);
        if (current?.version !== object.version) continue;
        const { bucket, key } = object;
        count.lostCount += 1;
        if (lost.length < listed)
          lost.push({ name: key, bucket, key, found, repair: "source_lost" });
      }
      if (page.length < pageSize) return;
      from = `${page.at(-1)?.version ?? ""}\0`;
    }
  };

  await checkBuckets();
  for (const bucket of storeBuckets) {
    for (let after: string | undefined; ;) {
      const start = after === undefined ? {} : { after };
      const page = await catalog.listObjects({ bucket, limit: pageSize, ...start });
      for (const object of page) {
        signal?.throwIfAborted();
        await checkOne(object);
      }
      after = page.at(-1)?.key;
      if (page.length < pageSize) break;
    }
    for await (const { version, sizeBytes } of objects.list(bucket)) {
      signal?.throwIfAborted();
      await checkBytes(bucket, version, sizeBytes);
    }
  }
  return { ...count, lost, orphans };
}
