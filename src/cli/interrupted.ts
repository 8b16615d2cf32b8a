import type { Job } from "../media/job.ts";
import type { LocalLibrary } from "../local/library.ts";
import type { MediaListing } from "../app/list.ts";
import type { PagesOf } from "./pages.ts";

/**
 * Work that was begun, and that nobody does any more because its process was stopped or died. It has not failed:
 * the next process that works goes on. Nothing of this is stored; it follows from which processes live.
 */

/** What people and programs are told of such work. */
export type Interruptible<T> = T & {
  /** Present where no process works with the library, and work on this has been begun. */
  readonly interrupted?: true;
};

/** @param isInUse whether any process works with the library */
export function isJobInterrupted({ state, startedAt }: Job, isInUse: boolean): boolean {
  if (isInUse) return false;
  return state === "running" || (state === "queued" && startedAt !== undefined);
}

/** Whether a media file is not done, and something of it was begun. */
export function isMediaInterrupted(
  state: string,
  jobs: readonly Pick<Job, "startedAt">[],
  isInUse: boolean,
): boolean {
  return !isInUse && state === "processing" && jobs.some((job) => job.startedAt !== undefined);
}

/** Listings, with what is interrupted marked. The jobs are read where it may be so, and only there. */
export async function* withInterrupted(
  dailies: Pick<LocalLibrary, "jobs" | "isInUse">,
  pages: PagesOf<MediaListing>,
): AsyncGenerator<readonly Interruptible<MediaListing>[]> {
  const isInUse = dailies.isInUse();
  const marked = async (one: MediaListing): Promise<Interruptible<MediaListing>> => {
    if (isInUse || one.state !== "processing") return one;
    const jobs = await dailies.jobs({ name: one.media.name });
    return isMediaInterrupted(one.state, jobs, isInUse) ? { ...one, interrupted: true } : one;
  };
  for await (const page of pages) yield await Promise.all(page.map(marked));
}

/** What to do about it. */
export const interruptedHint =
  "Interrupted: the process that worked on it was stopped or died. The same command goes on, and so does `dailies process` or `dailies serve`.";
