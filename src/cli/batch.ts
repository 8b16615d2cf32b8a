import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import {
  batchSettings,
  checkBatchFile,
  type BatchGiven,
  type BatchSettings,
} from "../batch/settings.ts";
import { asMediaError, MediaError, unreachable } from "../media/errors.ts";
import type { BatchPreview, BatchReport, BatchUpdate } from "../batch/report.ts";
import { createBatchDisplay, problemLine, type BatchDisplay } from "./batch-display.ts";
import type { Context } from "./context.ts";
import { errorJson, exitCodes } from "./failure.ts";
import { count, formatElapsed, formatSize } from "./format.ts";
import { offerModel } from "./offer-model.ts";
import { heardWith } from "./speech-options.ts";
import { table } from "./table.ts";
import { printable } from "./text.ts";
import { exitCodeOf, listenForStop, type Stop } from "./work.ts";

export interface BatchCommandOptions extends Omit<BatchGiven, "input" | "output"> {
  /** A file with the same settings; the command line overrides it. */
  readonly config?: string;
  readonly dryRun?: boolean;
}

/** Settings that are paths; in a file they are relative to the file. */
const pathKeys = ["input", "output", "vocabulary", "retryFailed"] as const;

async function readSettings(path: string): Promise<BatchGiven> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw unreachable(path, error, "file");
  });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MediaError("invalid_config", `${path} is not JSON: ${why}`, { cause: error });
  }
  const given = checkBatchFile(path, content);
  const paths = pathKeys.flatMap((key) => {
    const value = given[key];
    return value === undefined ? [] : [[key, resolve(dirname(path), value)]];
  });
  return { ...given, ...Object.fromEntries(paths) };
}

/** `dailies batch`; a BatchReport with --json, updates as they come with --jsonl. */
export async function batch(
  context: Context,
  folders: { readonly input?: string; readonly output?: string },
  { config, dryRun = false, ...options }: BatchCommandOptions,
): Promise<number> {
  const { output } = context;
  const given = Object.fromEntries(
    Object.entries({ ...options, ...folders }).filter(([, value]) => value !== undefined),
  );
  const filed = config === undefined ? {} : await readSettings(config);
  const settings = batchSettings(filed, given);
  const draftHint = dryRun ? undefined : await hintAtModel(context, settings);
  const display = createBatchDisplay(output);
  const stop = listenForStop((signal) => {
    if (signal !== "SIGPIPE")
      display.say("Stopping: handing back what is under way. Once more stops at once.");
  });
  try {
    if (dryRun) return await preview(context, settings, { display, stop });
    return await run(context, settings, { display, stop, draftHint });
  } finally {
    display.close();
    stop.release();
  }
}

/**
 * A batch runs unattended, so it asks nothing. It refuses unusable folders before it fetches anything.
 */
async function hintAtModel(context: Context, settings: BatchSettings): Promise<string | undefined> {
  const { placesOf } = await import("../batch/places.ts");
  await placesOf(settings);
  const intent = { paths: [settings.input], unattended: true };
  return offerModel(heardWith(context, settings), intent);
}

interface Running {
  readonly display: BatchDisplay;
  readonly stop: Stop;
}

/** The result of work; undefined when it was stopped before there was anything to report. */
async function untilStopped<T>(work: Promise<T>, stop: Stop): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (stop.by() !== undefined && asMediaError(error).code === "cancelled") return undefined;
    throw error;
  }
}

async function run(
  context: Context,
  settings: BatchSettings,
  { display, stop, draftHint }: Running & { draftHint: string | undefined },
): Promise<number> {
  const startedAt = Date.now();
  const onUpdate = (update: BatchUpdate): void => {
    display.update(update);
    // The user learns it now, and not after hours of drafts.
    if (update.type === "found" && update.toDo > 0 && draftHint !== undefined)
      display.say(draftHint);
  };
  const report =
    (await untilStopped(
      context.withDailies((dailies) => dailies.batch(settings, { signal: stop.signal, onUpdate }), {
        create: true,
      }),
      stop,
    )) ?? nothing;
  display.close();
  const by = stop.by();
  if (by !== "SIGPIPE") printReport(context, report, Date.now() - startedAt);
  if (by !== undefined) return exitCodeOf(by);
  const { failed, incomplete, problems } = report;
  return failed + incomplete + problems.length === 0 ? exitCodes.done : exitCodes.someFailed;
}

/** Creates no library. */
async function preview(
  context: Context,
  settings: BatchSettings,
  { display, stop }: Running,
): Promise<number> {
  const { previewBatchAlone } = await import("../runtime/preview.ts");
  const { config, output } = context;
  const found = await untilStopped(previewBatchAlone(config, settings, stop.signal), stop);
  display.close();
  const by = stop.by();
  if (found !== undefined && by !== "SIGPIPE") printPreview(context, found);
  if (by === undefined && found !== undefined && found.problems.length > 0)
    return exitCodes.someFailed;
  if (by === undefined) return exitCodes.done;
  if (by !== "SIGPIPE") output.note("Interrupted.");
  return exitCodeOf(by);
}

/** The report of a batch that was stopped before its inputs were listed. */
const nothing: BatchReport = {
  completed: 0,
  failed: 0,
  incomplete: 0,
  skipped: 0,
  waiting: 0,
  ignored: 0,
  problems: [],
  left: [],
  interrupted: true,
};

const problemsJson = (problems: BatchReport["problems"]) =>
  problems.map((problem) => ({ ...problem, error: errorJson(problem.error) }));

function printPreview({ output }: Context, found: BatchPreview): void {
  if (output.mode !== "human")
    return output.document({ ...found, problems: problemsJson(found.problems) });
  const { toDo, skipped, failed, ignored, problems, atOnce, soundMs, elapsedMs, by } = found;
  const rows = [
    ...toDo.map((one) => [one.input, one.job, formatSize(one.sizeBytes), "to do"]),
    ...skipped.map((one) => [one.input, one.job, formatSize(one.sizeBytes), "done before"]),
    ...failed.map((one) => [one.input, one.job, formatSize(one.sizeBytes), "failed"]),
    ...ignored.map(({ input, reason }) => [input, "", "", reason]),
  ];
  const columns = [
    { title: "INPUT", least: 16, cut: "middle" as const },
    { title: "JOB", least: 12, cut: "middle" as const },
    { title: "SIZE", align: "right" as const },
    { title: "WHAT" },
  ];
  const { style } = output.results;
  output.lines(table(columns, rows, { style, available: output.results.columns() }));
  for (const problem of problems) output.note(problemLine(problem));
  const sound = soundMs === undefined ? "" : `, about ${formatElapsed(soundMs)} of sound`;
  const how = by === "last batch" ? "at the last batch's pace" : "at the draft engine's usual pace";
  const time = elapsedMs === undefined ? "" : `: about ${formatElapsed(elapsedMs)} ${how}`;
  output.note(`${count(toDo.length, "recording")} to do${sound}, ${atOnce} at once${time}.`);
}

const interruptedLine = "Interrupted. The same command goes on where this one stopped.";

function printReport({ output }: Context, report: BatchReport, elapsedMs: number): void {
  if (output.mode !== "human") {
    const end = { ...report, problems: problemsJson(report.problems), elapsedMs };
    return output.document(output.mode === "jsonl" ? { type: "end", ...end } : end);
  }
  if (report === nothing) return output.note(interruptedLine); // the inputs were not listed
  const { completed, failed, skipped, waiting, summaries, left, interrupted, problems } = report;
  const parts = [
    `${completed} done`,
    `${failed} failed`,
    ...(report.incomplete > 0 ? [`${report.incomplete} incomplete`] : []),
    ...(skipped > 0 ? [`${skipped} done before`] : []),
    ...(problems.length > 0 ? [count(problems.length, "problem")] : []),
  ];
  output.note(`${parts.join(", ")} in ${formatElapsed(elapsedMs)}`);
  if (summaries !== undefined) {
    output.note(`Summaries: ${printable(summaries.completed)}`);
    output.note(`           ${printable(summaries.failed)}`);
  }
  if (waiting > 0)
    output.note(
      `${count(waiting, "recording")} of this batch not done yet: without --retry-failed they are, and the summaries written.`,
    );
  const most = left.length === 100 ? "100 or more" : String(left.length);
  const first = left.slice(0, 3).map(printable).join(", ");
  const others = left.length > 3 ? ", …" : "";
  output.note(
    left.length === 0
      ? "Left of it in the library: no media, no jobs."
      : `In the library, to be searched: ${most} of its media files: ${first}${others}`,
  );
  if (interrupted) output.note(interruptedLine);
}
