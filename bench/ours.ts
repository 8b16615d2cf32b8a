import { join } from "node:path";
import type { Job, Step } from "../src/media/job.ts";
import { withLibrary } from "../test/support/with-library.ts";
import { dailies } from "./measure.ts";

/** The steps that are compared with a hand-written ffmpeg command. */
export const transcoding: readonly Step[] = ["audio", "video", "gif", "poster"];

/** The command line of `dailies process`. */
export function processing(dataDir: string, path: string, only: readonly Step[]): string[] {
  return [dailies, "process", path, "--data-dir", dataDir, "--only", only.join(","), "--quiet"];
}

/** The time from the first start to the last end of some steps, from the times of their jobs. */
export async function stepsWallMs(dataDir: string, only: readonly Step[]): Promise<number> {
  const jobs = await withLibrary(dataDir, (library) => library.jobs());
  const done = jobs.filter((job) => only.includes(job.step) && job.state === "succeeded");
  const startedAt = Math.min(...done.map((job: Job) => job.startedAt ?? Infinity));
  return Math.max(...done.map((job: Job) => job.finishedAt ?? 0)) - startedAt;
}

/** How long each step of the only media file ran, the longest first, as the end of a sentence. */
export async function stepTimes(dataDir: string): Promise<string> {
  const jobs = await withLibrary(dataDir, (library) => library.jobs());
  return jobs
    .filter((job) => job.state === "succeeded")
    .map(({ step, startedAt = NaN, finishedAt = NaN }) => ({ step, ms: finishedAt - startedAt }))
    .toSorted((a, b) => b.ms - a.ms)
    .map(({ step, ms }) => `${step} ${(ms / 1000).toFixed(2)} s`)
    .join(", ");
}

/** The file of a rendition of the only media file. */
export async function renditionFile(
  dataDir: string,
  rendition: "web" | "phone",
): Promise<{ path: string; sizeBytes: number; copied: boolean }> {
  return withLibrary(dataDir, async (library) => {
    const [listing] = await library.list({ limit: 1 });
    const { renditions } = await library.show(listing?.media.name ?? "");
    const found = renditions.find((one) => one.rendition === rendition);
    if (found === undefined) throw new Error(`there is no ${rendition} rendition`);
    const { createFilesystemObjectStore } = await import("../src/objects/filesystem.ts");
    const objects = createFilesystemObjectStore({ dir: join(dataDir, "objects") });
    const path = await objects.localPath(found.object);
    return { path, sizeBytes: found.object.sizeBytes, copied: found.copied };
  });
}
