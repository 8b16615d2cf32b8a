import { lackedMemory } from "../../sandbox/endings.ts";
import {
  countComplaints,
  ffmpegFailure,
  lostOutput,
  type Watched,
  watchFfmpeg,
} from "../../sandbox/ffmpeg-trouble.ts";
import type { Sandbox, SandboxedCommand, SandboxedProcess } from "../../sandbox/sandbox.ts";
import { type Report, readReports } from "./progress.ts";

/** How a successful run of ffmpeg went. */
export interface Ran {
  readonly report: Report;
  /** The lines of errors about the source. */
  readonly errors: number;
  /** Whether a stream changed midway; known where streams are copied. */
  readonly changed: boolean;
  /** Whether one of them was a lack of memory. */
  readonly lackedMemory: boolean;
}

/**
 * Runs ffmpeg and reads its reports.
 * @throws MediaError as the sandbox's `exited`, and by what ffmpeg said when it gave up:
 * `damaged_media`, `disk_full`, `storage_failed`, `engine_missing`, `engine_failed`.
 */
export async function runFfmpeg(
  sandbox: Sandbox,
  command: SandboxedCommand,
  onReport: (report: Report) => void,
): Promise<Ran> {
  const child = sandbox.spawn(command);
  const watched = watch(child, command);
  const reports = readReports(child.stdout, onReport);
  // Ending a child breaks its pipes; `exited` says why it was ended.
  const [exit, report] = await Promise.allSettled([child.exited, reports]);
  if (exit.status === "rejected") throw exit.reason;
  if (report.status === "rejected") throw report.reason;
  const { exitCode, stderr } = exit.value;
  if (exitCode !== 0 || lostOutput(stderr)) throw ffmpegFailure(exit.value);
  return {
    report: report.value,
    errors: watched.errors(),
    changed: watched.changed(),
    lackedMemory: lackedMemory(stderr),
  };
}

function watch(child: SandboxedProcess, { args }: SandboxedCommand): Watched {
  if (args.includes("repeat+level+verbose")) return watchFfmpeg(child);
  return { errors: countComplaints(child), changed: () => false };
}
