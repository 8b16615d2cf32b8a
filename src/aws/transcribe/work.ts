import { asMediaError, type MediaError } from "../../media/errors.ts";
import type { Media } from "../../media/media.ts";
import type { Made, TranscriptionLimits } from "../../transcriptions/transcriptions.ts";
import { mismatch } from "./formats.ts";
import { ignoreMissing } from "./jobs.ts";
import { jobOfMedia, jobsFolder, mediaNameOf, type WireJob } from "./request.ts";
import { deliver } from "./results.ts";
import { findObjectOf, type ObjectParts } from "./text-objects.ts";

export interface WorkParts extends ObjectParts {
  readonly limits: TranscriptionLimits;
  /** Hears of a job that could not be followed now; it is tried again. */
  readonly onTrouble: (job: WireJob, error: MediaError) => void;
}

/** What ends a job. Other faults are this machine's, not the job's: a full disk, a defect. */
const isFinal = ({ code, retryable }: MediaError): boolean =>
  !retryable && code !== "disk_full" && code !== "internal";

/** Why a media file that has ended has no transcript; undefined when it has one. */
async function failureOf({ dailies }: ObjectParts, media: Media): Promise<string | undefined> {
  const jobs = (await dailies.jobsOf(media)).map(({ job }) => job);
  const of = (step: string) => jobs.find((job) => job.step === step);
  const [probe, transcribe] = [of("probe"), of("transcribe")];
  if (transcribe?.state === "succeeded") return undefined;
  if (probe?.failure !== undefined) return `Unsupported media format. ${probe.failure.message}`;
  if (transcribe?.failure !== undefined) return transcribe.failure.message;
  if (transcribe?.reason === "no_audio") return "The media file has no audio.";
  if (media.type === "image") return "Unsupported media format. The media file is a picture.";
  return "The job was cancelled.";
}

/** The parts, and the jobs whose recordings this process has brought in. */
interface Follower extends WorkParts {
  readonly admitted: Set<string>;
}

const removeMedia = ({ dailies }: ObjectParts, job: WireJob): Promise<void> =>
  dailies.remove(mediaNameOf(job), { owner: job.owner }).catch(ignoreMissing);

async function end(
  parts: Follower,
  job: WireJob,
  how: { readonly made: Made } | { readonly failure: string },
): Promise<void> {
  await parts.dailies.transcriptions.end(job.id, how);
  parts.admitted.delete(job.id);
  await removeMedia(parts, job);
}

/** Makes a job's recording a media file of which only the transcript is made. */
async function admit(parts: Follower, job: WireJob): Promise<void> {
  const { dailies, admitted } = parts;
  const { owner, asked, name, id } = job;
  const object = await findObjectOf(parts, owner, asked.source);
  if (object === undefined)
    return end(parts, job, { failure: "The S3 URI that you provided can't be accessed." });
  const { ref, sizeBytes } = object;
  await dailies.put(await dailies.chunks(ref, { start: 0, end: sizeBytes }), {
    name: mediaNameOf(job),
    owner,
    sizeBytes,
    only: ["transcribe"],
    speech: asked.speech,
  });
  admitted.add(id);
  const isThere = (await dailies.transcriptions.get(owner, name))?.id === id;
  if (!isThere) await removeMedia(parts, job); // deleted meanwhile
}

async function follow(parts: Follower, job: WireJob): Promise<void> {
  const media = await parts.dailies
    .find(mediaNameOf(job), job.owner)
    .catch((error: unknown) => ignoreMissing(error) ?? undefined);
  if (media === undefined)
    return parts.admitted.has(job.id)
      ? end(parts, job, { failure: "The job was cancelled." })
      : admit(parts, job);
  const wrong = media.facts && mismatch(job.asked, media.facts);
  if (wrong !== undefined) return end(parts, job, { failure: wrong });
  if (media.state === "processing") return;
  const failure = await failureOf(parts, media);
  if (failure !== undefined) return end(parts, job, { failure });
  await end(parts, job, { made: await deliver(parts, job, media) });
}

async function followSafely(parts: Follower, job: WireJob): Promise<void> {
  try {
    await follow(parts, job);
  } catch (thrown) {
    const error = asMediaError(thrown);
    if (isFinal(error)) await end(parts, job, { failure: error.message });
    else parts.onTrouble(job, error);
  }
}

/** Follows the transcription jobs that clients have started: each call of `turn` looks at all of them once. */
export function createTranscriptionWork(parts: WorkParts) {
  const { dailies, limits } = parts;
  const { transcriptions } = dailies;
  const follower: Follower = { ...parts, admitted: new Set() };
  return {
    /** Returns how many jobs are in progress. */
    async turn(signal: AbortSignal): Promise<number> {
      await transcriptions.beginQueued(limits);
      const jobs = (await transcriptions.inProgress()) as readonly WireJob[];
      for (const job of jobs) if (!signal.aborted) await followSafely(follower, job);
      return jobs.length;
    },
    /** Removes media files of jobs that have ended: a process may be killed before it does. */
    async tidy(): Promise<void> {
      const found = await dailies.mediaAfter({ startsWith: jobsFolder, limit: 1_000 });
      for (const { name, owner } of found) {
        const named = jobOfMedia(name);
        const job = named && (await transcriptions.get(owner, named.name));
        if (job?.endedAt !== undefined && job.id === named?.id)
          await dailies.remove(name, { owner }).catch(ignoreMissing);
      }
    },
  };
}
