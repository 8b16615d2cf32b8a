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
/** While nothing comes, people see that it goes on. */
const beatMs = 1_000;

/** Shows a download, and how long it has been asked for while nothing comes. */
export function createPullDisplay(output: Output): PullDisplay {
  const isLive = output.notes.terminal && !output.quiet;
  const display = isLive ? createLiveDisplay(output) : createPlainDisplay(output);
  let quietSince = 0;
  let last: PullProgress | undefined;
  const beat = setInterval(() => {
    if (last === undefined || (last.phase !== "connecting" && last.phase !== "waiting")) return;
    display.show(`${pullLine(last)} ${formatElapsed(Date.now() - quietSince)}`, last);
  }, beatMs).unref();
  const stop = (): void => void (last = undefined);
  return {
    update: (progress) => {
      if (last?.id !== progress.id || last.phase !== progress.phase) quietSince = Date.now();
      last = progress;
      display.show(pullLine(progress), progress);
    },
    say: (line) => {
      stop();
      display.say(line);
    },
    clear: () => {
      stop();
      display.clear();
    },
    close: () => {
      clearInterval(beat);
      display.close();
    },
  };
}

/** How lines of progress get to the reader. */
interface LineDisplay extends Omit<PullDisplay, "update"> {
  readonly show: (line: string, progress: PullProgress) => void;
}

function createPlainDisplay(output: Output): LineDisplay {
  let toldAt = 0;
  let told = "";
  return {
    show: (line, { id, phase }) => {
      const about = id + phase;
      const now = Date.now();
      if (about === told && now - toldAt < plainEveryMs) return;
      [told, toldAt] = [about, now];
      output.note(line);
    },
    say: output.note,
    clear: () => {},
    close: () => {},
  };
}

function createLiveDisplay(output: Output): LineDisplay {
  // log-update takes a stream, but uses its columns and write only.
  const live = createLogUpdate(process.stderr);
  return {
    show: (line) => live(truncate(line, output.notes.columns() ?? 80)),
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
