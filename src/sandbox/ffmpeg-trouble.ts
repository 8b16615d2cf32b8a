import { MediaError } from "../media/errors.ts";
import type { Exit, SandboxedProcess } from "./sandbox.ts";

/** Complaints of a muxer about times that it mends itself: they say nothing about the source. */
const harmless = /non[- ]monoton/i;

/**
 * Counts ffmpeg's lines of complaint about what it reads, as they come. It is to run with
 * `-loglevel repeat+error`, which says everything once for each time.
 */
export function countComplaints(child: Pick<SandboxedProcess, "onStderrLine">): () => number {
  let count = 0;
  child.onStderrLine((line) => {
    if (line !== "" && !harmless.test(line)) count += 1;
  });
  return () => count;
}

/** What ffmpeg says of a run with `-loglevel repeat+level+verbose`. */
export interface Watched {
  /** The lines of complaint about what it reads. */
  readonly errors: () => number;
  /** Whether a stream changed midway: its size, its rate, its channels. */
  readonly changed: () => boolean;
}

/**
 * Listens to a run that says everything. ffmpeg warns when a frame has another size than the one before;
 * for sound it makes the graph's entry anew, and describes it each time.
 */
export function watchFfmpeg(child: Pick<SandboxedProcess, "onStderrLine">): Watched {
  const entries = new Set<string>();
  let count = 0;
  let changed = false;
  child.onStderrLine((line) => {
    if (/\[(?:error|fatal|panic)\]/.test(line) && !harmless.test(line)) count += 1;
    if (/Changing video frame properties on the fly/.test(line)) changed = true;
    const entry = /^\[(graph_\d+_in_\d+_\d+) @ .*samplerate:/.exec(line)?.[1];
    if (entry === undefined) return;
    changed ||= entries.has(entry);
    entries.add(entry);
  });
  return { errors: () => count, changed: () => changed };
}

/** What ffmpeg says when the machine, the build or the source is at fault, in this order. */
const faults = [
  {
    code: "disk_full",
    said: /No space left on device|Disk quota exceeded/,
    what: "the disk is full",
  },
  {
    code: "storage_failed",
    said: /Error closing file/,
    what: "the end of an output could not be written",
  },
  {
    code: "engine_missing",
    said: /Unknown (?:encoder|decoder)|No such filter|Unrecognized option|Option not found/,
    what: "this ffmpeg was built without a part that is needed",
  },
  {
    code: "damaged_media",
    said: /Invalid data found|moov atom not found|Cannot determine format of input|matches no streams|does not contain any stream|End of file|partial file/,
    what: "the source is damaged: nothing of it could be decoded",
  },
] as const;

/**
 * Whether ffmpeg could not write the end of a file. It leaves with 0 all the same, and the file is empty
 * or cut off.
 */
export function lostOutput(stderr: string): boolean {
  return /No space left on device|Disk quota exceeded|Error closing file/.test(stderr);
}

/** ffmpeg catches signals that ask it to end, and leaves with this code. */
const stoppedCode = 255;

/** Why ffmpeg gave up, by its own words. What it said of its input is not the reason when a signal stopped it. */
export function ffmpegFailure({ exitCode, stderr }: Exit): MediaError {
  const details = { stderr, exitCode };
  if (exitCode === stoppedCode)
    return new MediaError("engine_failed", "ffmpeg was stopped by a signal", {
      details: { ...details, signal: "SIGTERM" },
    });
  for (const { code, said, what } of faults)
    if (said.test(stderr)) return new MediaError(code, what, { details });
  return new MediaError("engine_failed", `ffmpeg gave up with exit code ${exitCode}`, { details });
}
