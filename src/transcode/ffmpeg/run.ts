import { MediaError } from "../../media/errors.ts";
import { lackedMemory } from "../../sandbox/endings.ts";
import type { Exit, Sandbox, SandboxedCommand } from "../../sandbox/sandbox.ts";
import { type Report, readReports } from "./progress.ts";

/** How a run of ffmpeg went that ended by itself, and well. */
export interface Ran {
  readonly report: Report;
  /** Lines of complaint about what was read. */
  readonly errors: number;
  /** Whether it complained about a lack of memory, too. */
  readonly lackedMemory: boolean;
}

/** Complaints of a muxer about times that it mends itself: they say nothing about the source. */
const harmless = /non[- ]monoton/i;

/**
 * Runs ffmpeg and reads its reports.
 * @throws MediaError as the sandbox's `exited`, and by what ffmpeg said when it gave up:
 * `damaged_media`, `disk_full`, `engine_missing`, `engine_failed`.
 */
export async function runFfmpeg(
  sandbox: Sandbox,
  command: SandboxedCommand,
  onReport: (report: Report) => void,
): Promise<Ran> {
  const child = sandbox.spawn(command);
  let errors = 0;
  child.onStderrLine((line) => {
    if (line !== "" && !harmless.test(line)) errors += 1;
  });
  const reports = readReports(child.stdout, onReport);
  // A child that is ended breaks its pipes; why it was is what `exited` says.
  const [exit, report] = await Promise.allSettled([child.exited, reports]);
  if (exit.status === "rejected") throw exit.reason;
  if (report.status === "rejected") throw report.reason;
  if (exit.value.exitCode !== 0) throw failureOf(exit.value);
  return { report: report.value, errors, lackedMemory: lackedMemory(exit.value.stderr) };
}

/** What ffmpeg says when the machine, the build or the source is at fault, in this order. */
const faults = [
  {
    code: "disk_full",
    said: /No space left on device|Disk quota exceeded/,
    what: "the disk is full",
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

function failureOf({ exitCode, stderr }: Exit): MediaError {
  const details = { stderr, exitCode };
  for (const { code, said, what } of faults)
    if (said.test(stderr)) return new MediaError(code, what, { details });
  return new MediaError("engine_failed", `ffmpeg gave up with exit code ${exitCode}`, { details });
}
