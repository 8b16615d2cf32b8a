import { createLogUpdate } from "log-update";
import type { ModelListing, PullProgress } from "../models/models.ts";
import { formatElapsed, formatFraction, formatSize } from "./format.ts";
import type { Output } from "./output.ts";
import { truncate } from "./text.ts";

/** Shows a running download: one line that is redrawn, or a plain line from time to time. */
export interface PullDisplay {
  readonly update: (progress: PullProgress) => void;
  /** A permanent line. */
  readonly say: (line: string) => void;
  /** Removes the live line until the next update. */
  readonly clear: () => void;
  readonly close: () => void;
}

/** The attribution that a licence demands. */
export function licenceLine({ id, title, licence, attribution }: ModelListing): string {
  return `${id}: ${title}. Licence ${licence}; ${attribution}.`;
}

/** `parakeet…: 120 MB of 487 MB, 24%, 9.10 MB/s, 40s left` */
export function pullLine(progress: PullProgress): string {
  const { id, phase, doneBytes, totalBytes, bytesPerSecond, remainingMs } = progress;
  if (phase === "waiting") return `${id}: waiting for another process that fetches it`;
  if (phase === "connecting") return `${id}: asking for it …`;
  if (phase === "unpacking")
    return `${id}: unpacking, ${formatSize(doneBytes)} of the archive read`;
  const figures = [
    totalBytes === undefined
      ? formatSize(doneBytes)
      : `${formatSize(doneBytes)} of ${formatSize(totalBytes)}, ${formatFraction(doneBytes / totalBytes)}`,
    ...(bytesPerSecond === undefined ? [] : [`${formatSize(Math.round(bytesPerSecond))}/s`]),
    ...(remainingMs === undefined ? [] : [`${formatElapsed(remainingMs)} left`]),
  ];
  return `${id}: ${figures.join(", ")}`;
}

const plainEveryMs = 5_000;

export function createPullDisplay(output: Output): PullDisplay {
  if (output.notes.terminal && !output.quiet) return createLiveDisplay(output);
  let toldAt = 0;
  let told = "";
  return {
    update: (progress) => {
      const about = progress.id + progress.phase;
      const now = Date.now();
      if (about === told && now - toldAt < plainEveryMs) return;
      [told, toldAt] = [about, now];
      output.note(pullLine(progress));
    },
    say: output.note,
    clear: () => {},
    close: () => {},
  };
}

function createLiveDisplay(output: Output): PullDisplay {
  // log-update takes a stream, but uses its columns and write only.
  const live = createLogUpdate(process.stderr);
  return {
    update: (progress) => live(truncate(pullLine(progress), output.notes.columns() ?? 80)),
    say: (line) => {
      live.clear();
      output.note(line);
    },
    clear: () => live.clear(),
    close: () => {
      live.clear();
      live.done();
    },
  };
}
