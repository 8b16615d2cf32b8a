import { constants } from "node:os";
import { asMediaError } from "../media/errors.ts";
import type { LocalLibrary } from "../local/library.ts";
import type { ProcessReport, WorkOptions } from "../app/processing.ts";
import type { Context } from "./context.ts";
import { errorJson, errorText, exitCodes } from "./failure.ts";
import { count } from "./format.ts";
import { pausedLine } from "./jobs.ts";
import { aboutIgnored, reportJson, sumLine } from "./process-lines.ts";
import { createProgressDisplay } from "./progress-display.ts";
import { unwritable } from "./standard-output.ts";

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type StopSignal = (typeof stopSignals)[number] | "SIGPIPE";

export const exitCodeOf = (signal: StopSignal): number => 128 + constants.signals[signal];

export interface Stop {
  readonly signal: AbortSignal;
  /** The error that stopped it. Absent: none did. */
  readonly by: () => StopSignal | undefined;
  readonly release: () => void;
}

/**
 * Turns the first Ctrl-C, SIGTERM or hang-up into an abort, and the second into an exit at once.
 * Children die with their parent, and the next run takes their jobs over. A closed stdout (`| head`)
 * stops the work too.
 */
export function listenForStop(onStop: (signal: StopSignal) => void): Stop {
  const controller = new AbortController();
  let by: StopSignal | undefined;
  const stop = (signal: StopSignal): void => {
    if (by !== undefined && signal !== "SIGPIPE") process.exit(exitCodeOf(signal));
    if (by !== undefined) return;
    by = signal;
    // In case the process ends before the work has returned its jobs.
    process.exitCode = exitCodeOf(signal);
    controller.abort();
    onStop(signal);
  };
  const onPipe = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE") return;
    if (by === undefined)
      process.stderr.write(`dailies: ${errorText(errorJson(unwritable(error)))}\n`);
    stop("SIGPIPE");
  };
  for (const signal of stopSignals) process.on(signal, stop);
  process.stdout.prependListener("error", onPipe);
  return {
    signal: controller.signal,
    by: () => by,
    release: () => {
      for (const signal of stopSignals) process.off(signal, stop);
      process.stdout.off("error", onPipe);
    },
  };
}

/** 0 when everything is done, 2 when some is not, 1 when nothing could be accepted. */
export function exitCodeFor(report: ProcessReport): number {
  const { finished, refused } = report;
  if (finished.length === 0 && refused.length > 0) return exitCodes.couldNotRun;
  const undone = new Set<string>(["failed", "cancelled", "incomplete"]);
  const allDone = finished.every(({ state }) => !undone.has(state));
  return allDone && refused.length === 0 ? exitCodes.done : exitCodes.someFailed;
}

const nothing: ProcessReport = { finished: [], refused: [], ignored: [], interrupted: true };

async function untilStopped(run: () => Promise<ProcessReport>, stop: Stop): Promise<ProcessReport> {
  try {
    return await run();
  } catch (error) {
    // It was stopped before there was a report.
    if (stop.by() !== undefined && asMediaError(error).code === "cancelled") return nothing;
    throw error;
  }
}

export interface WorkEnd {
  readonly exitCode: number;
  readonly report: ProcessReport;
}

/** Runs work with its progress and with Ctrl-C handled, prints the report and returns the exit code. */
export async function work(
  context: Context,
  run: (dailies: LocalLibrary, options: Required<WorkOptions>) => Promise<ProcessReport>,
  library: { readonly create: boolean; readonly listsIgnored?: boolean } = { create: false },
): Promise<WorkEnd> {
  const { output } = context;
  const startedAt = Date.now();
  let unsent = 0;
  const display = createProgressDisplay(output);
  const stop = listenForStop((signal) => {
    if (signal === "SIGPIPE") return;
    display.say("Stopping: handing back what is under way. Once more stops at once.");
  });
  try {
    const report = await context.withDailies(async (dailies) => {
      const pausedSince = await dailies.pausedSince();
      if (pausedSince !== undefined) output.note(pausedLine(pausedSince));
      const options = { signal: stop.signal, onUpdate: display.update };
      const done = await untilStopped(() => run(dailies, options), stop);
      if (done.finished.length > 0) unsent = (await dailies.notices.counts()).waiting ?? 0;
      return done;
    }, library);
    display.close();
    const by = stop.by();
    // The reader has closed the pipe.
    if (by === "SIGPIPE") return { exitCode: exitCodeOf(by), report };
    if (output.mode === "human")
      for (const line of aboutIgnored(report.ignored, library.listsIgnored)) output.note(line);
    printReport(context, report, Date.now() - startedAt);
    if (unsent > 0)
      output.note(
        `${count(unsent, "message")} to be sent: a \`dailies serve\` sends them, or \`dailies notify deliver\` now.`,
      );
    if (by === undefined) return { exitCode: exitCodeFor(report), report };
    if (report.interrupted)
      output.note("Interrupted. The same command goes on where this one stopped.");
    return { exitCode: exitCodeOf(by), report };
  } finally {
    display.close();
    stop.release();
  }
}

function printReport({ output }: Context, report: ProcessReport, elapsedMs: number): void {
  if (output.mode === "json") output.document(reportJson(report, elapsedMs));
  if (output.mode === "jsonl")
    output.document({
      type: "end",
      finished: report.finished.length,
      failed: report.finished.filter(({ state }) => state === "failed").length,
      cancelled: report.finished.filter(({ state }) => state === "cancelled").length,
      refused: report.refused.length,
      ignored: report.ignored.length,
      interrupted: report.interrupted,
      elapsedMs,
    });
  else if (report.finished.length + report.refused.length > 0)
    output.note(sumLine(report, elapsedMs));
  else if (!report.interrupted) output.note("Nothing to do.");
}
