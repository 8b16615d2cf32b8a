import { constants } from "node:os";
import { MediaError } from "../media/errors.ts";
import type { ErrorCode } from "../media/errors.ts";
import type { ProcessLimits, SandboxLevel } from "./sandbox.ts";

/** How a child ended, as its parent sees it. */
export interface Ending {
  /** What was run, as the caller named it. */
  readonly command: string;
  readonly level: SandboxLevel;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  readonly elapsedMs: number;
  readonly limits: ProcessLimits;
  readonly processors: number;
}

/** By number. Of a number's several names the first is the usual one: SIGABRT, not SIGIOT. */
const signalNames = new Map(
  Object.entries(constants.signals)
    .toReversed()
    .map(([name, number]) => [number, name]),
);

/**
 * The words with which libc, C++, V8 and ffmpeg's parts say that there is no memory left. A thread
 * that cannot be had (EAGAIN) is one whose stack found no room.
 */
const outOfMemory =
  /bad_alloc|(?:cannot|could not|can't|failed to|unable to) allocate|out of memory|memory exhausted|ENOMEM|failed to map segment|allocation failed|malloc of size \d+ failed|ff_frame_thread_encoder_init failed|filter network: Resource temporarily unavailable/i;

/** A decoder that found no room for its frame; or its frame was none, or over a limit of ours. */
const noFrame = /get_buffer\(\) failed/;
const noSuchFrame = /image parameters invalid|Picture size|max pixel count/;

/**
 * Whether a child complained that it lacked memory. To be asked by who has nothing in hands although
 * the child left with 0, as ffmpeg does when it could decode nothing.
 */
export function lackedMemory(stderr: string): boolean {
  return outOfMemory.test(stderr) || (noFrame.test(stderr) && !noSuchFrame.test(stderr));
}

const tooLarge = /File too large|EFBIG/;

/** The signal that ended the child. bubblewrap reports its child's as 128 + number. */
function signalOf(ending: Ending): string | undefined {
  if (ending.signal !== null) return ending.signal;
  if (ending.level !== "bubblewrap" || ending.exitCode === null) return undefined;
  return signalNames.get(ending.exitCode - 128);
}

/** Signals that a program's own fault raises, or the filter of system calls. All others come from outside. */
const crashes = ["SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSYS", "SIGTRAP"];

/**
 * Whether a child failed because something outside ended it: a person, a system that stops, or the
 * kernel when memory ran out. Its input is then not at fault, and the same command may succeed later.
 * @param thrown what `SandboxedProcess.exited` threw, or `ffmpegFailure` returned
 */
export function wasKilled(thrown: unknown): boolean {
  if (!(thrown instanceof MediaError) || thrown.code !== "engine_failed") return false;
  const { signal } = thrown.details;
  return typeof signal === "string" && !crashes.includes(signal);
}

/**
 * Whether the child can have used up its processor time. The kernel kills for it without a word,
 * as it does for want of memory; but time runs at most as fast as all processors together.
 */
function mayHaveUsedItsTime({ elapsedMs, limits, processors }: Ending): boolean {
  return elapsedMs * processors >= Math.ceil(limits.cpuSeconds) * 1000 * 0.95;
}

function bySignal(signal: string, ending: Ending): [ErrorCode, string] {
  if (signal === "SIGXCPU" || (signal === "SIGKILL" && mayHaveUsedItsTime(ending)))
    return [
      "limit_time",
      `used more than ${Math.ceil(ending.limits.cpuSeconds)} s of processor time`,
    ];
  if (signal === "SIGXFSZ") return tooMuchWritten(ending);
  if (lackedMemory(ending.stderr)) return memoryUsedUp(ending);
  if (signal === "SIGKILL")
    return ["engine_failed", "was killed by the system, most likely because memory ran out"];
  if (!crashes.includes(signal)) return ["engine_failed", `was stopped by ${signal}`];
  return ["engine_failed", `crashed (${signal})`];
}

/** The verdict on a child that used more memory than it may. */
export function memoryUsedUp({ limits }: Pick<Ending, "limits">): [ErrorCode, string] {
  const bytes = limits.residentBytes ?? limits.memoryBytes;
  return ["limit_memory", `needed more than ${Math.round(bytes / 1024 ** 2)} MiB of memory`];
}

function tooMuchWritten({ limits }: Ending): [ErrorCode, string] {
  return ["limit_size", `wrote a file larger than ${limits.fileSizeBytes} bytes`];
}

function judge(ending: Ending): [ErrorCode, string] | undefined {
  const signal = signalOf(ending);
  if (signal !== undefined) return bySignal(signal, ending);
  if (ending.exitCode === 0) return undefined;
  const setUp = /^bwrap: (.*)/m.exec(ending.stderr)?.[1];
  if (ending.level === "bubblewrap" && ending.exitCode === 1 && setUp !== undefined)
    return ["storage_failed", `could not be shut in: ${setUp}`];
  if (lackedMemory(ending.stderr)) return memoryUsedUp(ending);
  if (tooLarge.test(ending.stderr)) return tooMuchWritten(ending);
  return undefined;
}

/**
 * The error for a child that we did not end; undefined when it ended by itself, whatever its exit code.
 * `details.signal` names the signal that ended it, at every level; null when none did.
 */
export function errorOf(ending: Ending): MediaError | undefined {
  const verdict = judge(ending);
  if (verdict === undefined) return undefined;
  const { command, exitCode, stderr } = ending;
  const details = { stderr, exitCode, signal: signalOf(ending) ?? null };
  return new MediaError(verdict[0], `${command} ${verdict[1]}`, { details });
}
