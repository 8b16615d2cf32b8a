import { filesOf, type FoundFile } from "../local/files.ts";
import { receiveFile } from "./intake/receive.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import { followArrival } from "./arrivals.ts";
import { begin, isUndone } from "./begin.ts";
import type { Parts } from "./parts.ts";
import type { ProcessOptions } from "./processing.ts";
import { refuse, type Run } from "./run.ts";
import { checkSpace } from "../local/space.ts";

/** Whether it is this machine and not one file that is at fault: the next would fare no better. */
export function isFatal(error: MediaError): boolean {
  return error.code === "disk_full" || "sqlite" in error.details;
}

function ignore(run: Run, path: string, reason: string): void {
  run.report.ignored.push({ path, reason });
  run.tell({ type: "ignored", path, reason });
}

/** The media files that the paths stand for; what is none is said and left. */
async function find(run: Run, paths: readonly string[]): Promise<FoundFile[]> {
  const files: FoundFile[] = [];
  for (const path of paths)
    try {
      for await (const file of filesOf(path)) {
        if (file.unreadable !== undefined) refuse(run, file.path, file.unreadable);
        else if (file.ignored === undefined) files.push(file);
        else ignore(run, file.path, file.ignored);
      }
    } catch (error) {
      refuse(run, path, error);
    }
  run.tell({ type: "found", files: files.length });
  return files;
}

/**
 * Takes in every file; one that cannot be does not stop the others. Says when there is something to do.
 * @throws MediaError when none can be any more: `disk_full`, or what is the matter with the catalog
 */
export async function takeIn(
  parts: Parts,
  run: Run,
  paths: readonly string[],
  { name, replace = false, signal }: ProcessOptions & { signal: AbortSignal },
  onFirst: () => void,
): Promise<void> {
  const { settings, settingsFor } = await parts.localSteps();
  const follow = followArrival(settings, { request: run.request, speech: run.speech, settingsFor });
  for (const file of await find(run, paths)) {
    if (signal.aborted) return;
    try {
      const { media, change } = await receiveFile(parts, {
        path: file.path,
        name: name ?? file.name,
        owner: "local",
        replace,
        signal,
        follow,
        checkRoom: () => checkSpace(parts.config),
      });
      await begin(parts, run, media, isUndone, change === "shared" ? "shared" : "unchanged");
      onFirst();
    } catch (error) {
      if (!(error instanceof MediaError)) parts.unsettle();
      if (isFatal(asMediaError(error))) throw asMediaError(error);
      if (!signal.aborted) refuse(run, file.path, error);
    }
  }
}
