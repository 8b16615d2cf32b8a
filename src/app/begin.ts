import type { Job } from "../media/job.ts";
import type { Media } from "../media/media.ts";
import type { Parts } from "./parts.ts";
import { ask, finishIfDone, type Run } from "./run.ts";

/** Wanted once, and not done. What was skipped for the sake of such a job follows from it again. */
export function isUndone({ state }: Job): boolean {
  return state === "failed" || state === "cancelled";
}

/** Asks for what there is to do for a media, and counts it done at once when that is nothing. */
export async function begin(
  parts: Parts,
  run: Run,
  media: Media,
  retries: (job: Job) => boolean,
  before: "unchanged" | "shared" = "unchanged",
): Promise<void> {
  run.waiting.add(media.name);
  run.beginning.add(media.name);
  try {
    await ask(parts, run, media, retries);
    const isDone = await finishIfDone(parts, run, media.name, before);
    if (!isDone) run.tell({ type: "accepted", name: media.name });
  } finally {
    run.beginning.delete(media.name);
  }
}
