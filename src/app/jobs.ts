import type { Cursor } from "../catalog/pages.ts";
import type { Attempt } from "../catalog/catalog.ts";
import type { Job, JobState } from "../media/job.ts";
import type { Media } from "../media/media.ts";
import type { HeardSoFar, Ports } from "./ports.ts";

/** A job, and what a person who waits for it wants to know. */
export interface WatchedJob {
  readonly job: Job;
  readonly attempts: readonly Attempt[];
  /** Its likely place in line, 1 for the next one; absent when it does not wait in line. */
  readonly position?: number;
}

/** What is listed whole is read so many at a time. */
const pageSize = 100;

/** The jobs of all media files, oldest first, a page at a time and no faster than they are taken. */
export async function* allJobs(
  { catalog }: Pick<Ports, "catalog">,
  { limit = Infinity, ...filter }: { state?: JobState; limit?: number } = {},
): AsyncGenerator<readonly Job[]> {
  let after: Cursor | undefined;
  for (let left = limit; left > 0; left -= pageSize) {
    const place = after === undefined ? {} : { after };
    const wanted = Math.min(left, pageSize);
    const { jobs, next } = await catalog.pageAllJobs({ ...filter, ...place, limit: wanted });
    if (jobs.length > 0) yield jobs;
    if (next === undefined) return;
    after = next;
  }
}

/** The jobs of this version of a media file. */
export async function jobsOf(
  { catalog }: Pick<Ports, "catalog">,
  media: Pick<Media, "name" | "version">,
): Promise<readonly WatchedJob[]> {
  const attempts = await catalog.listAttempts(media.name);
  const jobs = await catalog.listJobs({ media });
  return Promise.all(
    jobs.map(async (job): Promise<WatchedJob> => {
      const before = await catalog.jobsBefore(job.id);
      return {
        job,
        attempts: attempts.filter((attempt) => attempt.jobId === job.id),
        ...(before === undefined ? {} : { position: before + 1 }),
      };
    }),
  );
}

const isOpen = (state: JobState): boolean => state === "queued" || state === "running";

/** What a job that transcribes has heard so far; undefined for another, one that has ended, and before the first words. */
export async function heardSoFar(
  ports: Pick<Ports, "heardSoFar">,
  { id, step, state }: Job,
): Promise<HeardSoFar | undefined> {
  return step === "transcribe" && isOpen(state) ? await ports.heardSoFar(id) : undefined;
}
