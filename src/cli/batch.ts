import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { batchSettings, checkBatchFile, type BatchGiven } from "../runtime/batch-settings.ts";
import { MediaError } from "../media/errors.ts";
import type { BatchPreview, BatchReport } from "../runtime/dailies.ts";
import { createBatchDisplay } from "./batch-display.ts";
import type { Context } from "./context.ts";
import { errorJson, exitCodes } from "./failure.ts";
import { count, formatElapsed, formatSize } from "./format.ts";
import { table } from "./table.ts";
import { printable } from "./text.ts";
import { exitCodeOf, listenForStop } from "./work.ts";

export interface BatchCommandOptions extends Omit<BatchGiven, "input" | "output"> {
  /** A file with the same settings; what is given on the command line goes first. */
  readonly config?: string;
  readonly dryRun?: boolean;
}

/** Settings that are paths: in a file they are meant from where the file lies. */
const pathKeys = ["input", "output", "vocabulary", "retryFailed"] as const;

async function readSettings(path: string): Promise<BatchGiven> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new MediaError("not_found", `there is no file ${path}`, { cause: error });
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

/** `dailies batch`; a BatchReport with --json, and what happens, as it happens, with --jsonl. */
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
  const display = createBatchDisplay(output);
  const stop = listenForStop((signal) => {
    if (signal !== "SIGPIPE")
      display.say("Stopping: handing back what is under way. Once more stops at once.");
  });
  const startedAt = Date.now();
  try {
    if (dryRun) {
      const preview = await context.withDailies(
        (dailies) => dailies.previewBatch(settings, stop.signal),
        { create: true },
      );
      display.close();
      printPreview(context, preview);
      return exitCodes.done;
    }
    const report = await context.withDailies(
      (dailies) => dailies.batch(settings, { signal: stop.signal, onUpdate: display.update }),
      { create: true },
    );
    display.close();
    const by = stop.by();
    if (by !== "SIGPIPE")
      printReport(context, report, { bucket: settings.bucket, elapsedMs: Date.now() - startedAt });
    if (by !== undefined) return exitCodeOf(by);
    return report.failed + report.problems.length === 0 ? exitCodes.done : exitCodes.someFailed;
  } finally {
    display.close();
    stop.release();
  }
}

function printPreview({ output }: Context, preview: BatchPreview): void {
  if (output.mode !== "human") return output.document(preview);
  const { toDo, skipped, ignored, atOnce, soundMs, elapsedMs, by } = preview;
  const rows = [
    ...toDo.map((one) => [one.input, one.job, formatSize(one.sizeBytes), "to do"]),
    ...skipped.map((one) => [one.input, one.job, formatSize(one.sizeBytes), "done before"]),
    ...ignored.map(({ path, reason }) => [path, "", "", reason]),
  ];
  const columns = [
    { title: "INPUT", least: 16, cut: "middle" as const },
    { title: "JOB", least: 12, cut: "middle" as const },
    { title: "SIZE", align: "right" as const },
    { title: "WHAT" },
  ];
  const { style } = output.results;
  output.lines(table(columns, rows, { style, available: output.results.columns() }));
  const sound = soundMs === undefined ? "" : `, about ${formatElapsed(soundMs)} of sound`;
  const how = by === "last batch" ? "at the last batch's pace" : "at the draft engine's usual pace";
  const time = elapsedMs === undefined ? "" : `: about ${formatElapsed(elapsedMs)} ${how}`;
  output.note(`${count(toDo.length, "recording")} to do${sound}, ${atOnce} at once${time}.`);
}

function printReport(
  { output }: Context,
  report: BatchReport,
  { bucket, elapsedMs }: { bucket: string; elapsedMs: number },
): void {
  if (output.mode !== "human") {
    const problems = report.problems.map(({ path, error }) => ({ path, error: errorJson(error) }));
    const end = { ...report, problems, elapsedMs };
    return output.document(output.mode === "jsonl" ? { type: "end", ...end } : end);
  }
  const { completed, failed, skipped, summaries, left, interrupted, problems } = report;
  const parts = [
    `${completed} done`,
    `${failed} failed`,
    ...(skipped > 0 ? [`${skipped} done before`] : []),
    ...(problems.length > 0 ? [count(problems.length, "problem")] : []),
  ];
  output.note(`${parts.join(", ")} in ${formatElapsed(elapsedMs)}`);
  if (summaries !== undefined) {
    output.note(`Summaries: ${printable(summaries.completed)}`);
    output.note(`           ${printable(summaries.failed)}`);
  }
  const most = left.length === 100 ? "100 or more" : String(left.length);
  output.note(
    left.length === 0
      ? `Left in the library below ${bucket}/: no media, no jobs.`
      : `Left in the library below ${bucket}/: ${most} media with their jobs.`,
  );
  if (interrupted) output.note("Interrupted. The same command goes on where this one stopped.");
}
