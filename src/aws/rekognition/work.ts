import { gzipSync } from "node:zlib";
import type { Library } from "../../app/library.ts";
import type { LabelJobs } from "../../label-jobs/label-jobs.ts";
import { asMediaError, MediaError } from "../../media/errors.ts";
import { timeOf } from "../../media/ids.ts";
import type { Media } from "../../media/media.ts";
import { pictureFolder } from "./detect.ts";
import { wantedOf, type VideoLabels } from "./labels.ts";
import {
  failureOf,
  objectAt,
  removeMedia,
  storedLabels,
  type RekognitionParts,
} from "./objects.ts";
import { labelFolder, mediaNameOf, type WireJob } from "./request.ts";

export interface WorkParts extends RekognitionParts {
  /** Hears of a job that could not be followed now; it is tried again. */
  readonly onTrouble: (job: WireJob, error: MediaError) => void;
}

/** Results are kept as long as Rekognition keeps them. */
const keptMs = 7 * 24 * 3_600_000;
/** A picture whose client was served has gone long before. */
const pictureMs = 10 * 60_000;

type How = Parameters<LabelJobs["end"]>[1];

/** What Rekognition publishes when a job has ended. */
function messageOf({ id, asked }: WireJob, how: How): string {
  return JSON.stringify({
    JobId: id,
    Status: "result" in how ? "SUCCEEDED" : "FAILED",
    API: "StartLabelDetection",
    ...(asked.tag !== undefined && { JobTag: asked.tag }),
    Timestamp: Date.now(),
    Video: { S3ObjectName: asked.source.key, S3Bucket: asked.source.bucket },
  });
}

async function end({ dailies }: RekognitionParts, job: WireJob, how: How): Promise<void> {
  const { topic } = job.asked;
  const published = { message: messageOf(job, how) };
  await dailies.labelJobs.end(job.id, how, topic && { arn: topic, published });
  await removeMedia(dailies, mediaNameOf(job), job.owner);
}

/** The media file of a job; undefined when it is not there. */
const mediaOf = (dailies: Library, job: WireJob): Promise<Media | undefined> =>
  dailies.find(mediaNameOf(job), job.owner).catch((error: unknown) => {
    if (error instanceof MediaError && error.code === "not_found") return undefined;
    throw error;
  });

/** Makes a job's video a media file of which only the labels are made. */
async function admit(parts: RekognitionParts, job: WireJob): Promise<void> {
  const { dailies } = parts;
  const { ref, sizeBytes } = await objectAt(parts, job.owner, job.asked.source);
  await dailies.put(await dailies.chunks(ref, { start: 0, end: sizeBytes }), {
    name: mediaNameOf(job),
    owner: job.owner,
    sizeBytes,
    only: ["label"],
  });
  // another process may have ended it meanwhile
  const now = await dailies.labelJobs.get(job.owner, job.id);
  if (now?.state !== "IN_PROGRESS") await removeMedia(dailies, mediaNameOf(job), job.owner);
}

async function follow(parts: WorkParts, job: WireJob, admitted: Set<string>): Promise<void> {
  const { dailies } = parts;
  const media = await mediaOf(dailies, job);
  if (media === undefined) {
    if (admitted.has(job.id)) return end(parts, job, { failure: "the job was cancelled" });
    await admit(parts, job);
    admitted.add(job.id);
    return;
  }
  const isOther = media.type !== undefined && media.type !== "video";
  if (media.state === "processing" && !isOther) return;
  const failure = await failureOf(dailies, media, "video");
  if (failure !== undefined) return end(parts, job, { failure });
  const stored = await storedLabels<VideoLabels>(dailies, media);
  const labels = JSON.stringify(wantedOf(stored, job.asked.wanted));
  await end(parts, job, { result: gzipSync(labels) });
}

/** What ends a job. Other faults are this machine's, not the job's: a full disk, a defect. */
const isFinal = ({ code, retryable }: MediaError): boolean =>
  !retryable && code !== "disk_full" && code !== "internal";

/** Follows the label jobs that clients have started: each call of `turn` looks at all of them once. */
export function createLabelWork(parts: WorkParts) {
  const { dailies } = parts;
  /** Jobs whose videos this process has brought in. */
  const admitted = new Set<string>();
  const followSafely = async (job: WireJob): Promise<void> => {
    try {
      await follow(parts, job, admitted);
    } catch (thrown) {
      const error = asMediaError(thrown);
      if (isFinal(error)) await end(parts, job, { failure: error.message });
      else parts.onTrouble(job, error);
    }
  };
  return {
    /** Returns how many jobs are in progress. */
    async turn(signal: AbortSignal): Promise<number> {
      const jobs = (await dailies.labelJobs.inProgress()) as readonly WireJob[];
      for (const job of jobs) if (!signal.aborted) await followSafely(job);
      const open = new Set(jobs.map(({ id }) => id));
      for (const id of admitted) if (!open.has(id)) admitted.delete(id);
      return jobs.length;
    },
    /** Forgets old jobs, and removes media files that a process left when it was killed. */
    async tidy(): Promise<void> {
      await dailies.labelJobs.prune(Date.now() - keptMs);
      const jobs = (await dailies.labelJobs.inProgress()) as readonly WireJob[];
      const open = new Set(jobs.map(mediaNameOf));
      const found = await dailies.mediaAfter({ startsWith: labelFolder, limit: 10_000 });
      for (const { name, owner, version } of found) {
        const isPicture = name.startsWith(pictureFolder);
        const isLeft = isPicture ? timeOf(version) < Date.now() - pictureMs : !open.has(name);
        if (isLeft) await removeMedia(dailies, name, owner);
      }
    },
  };
}
