import type { Job, Step } from "../media/job.ts";
import { draftHeard } from "../media/transcript.ts";
import type { ProcessedMedia, ProcessReport, ProcessUpdate } from "../app/processing.ts";
import { aboutPath, errorJson, errorText, type ErrorJson } from "./failure.ts";
import { count, formatElapsed, formatFraction, formatSpeed } from "./format.ts";
import { jobJson, processedJson, type JobJson, type ProcessedJson } from "./json.ts";
import type { Format, Screen, Style } from "./output.ts";
import type { RunningStep } from "./progress.ts";
import { printable, shellWord, truncate, widthOf } from "./text.ts";

/** The output of `process`, `retry` and `reprocess` with --json. */
export interface ReportJson {
  readonly finished: readonly ProcessedJson[];
  readonly refused: readonly { readonly path: string; readonly error: ErrorJson }[];
  readonly ignored: readonly { readonly path: string; readonly reason: string }[];
  /** True when Ctrl-C or a signal ended it early: the same command goes on where it stopped. */
  readonly interrupted: boolean;
  readonly elapsedMs: number;
}

/** The output with --jsonl: a line for each update as it comes, then the sums. */
export type UpdateJson =
  | Exclude<ProcessUpdate, { type: "refused" | "step" | "finished" }>
  | { readonly type: "refused"; readonly path: string; readonly error: ErrorJson }
  | { readonly type: "step"; readonly name: string; readonly job: JobJson }
  | { readonly type: "finished"; readonly result: ProcessedJson }
  | {
      readonly type: "end";
      readonly finished: number;
      readonly failed: number;
      readonly cancelled: number;
      readonly refused: number;
      readonly ignored: number;
      readonly interrupted: boolean;
      readonly elapsedMs: number;
    };

export function updateJson(update: ProcessUpdate): UpdateJson {
  switch (update.type) {
    case "refused":
      return { type: "refused", path: update.path, error: errorJson(update.error) };
    case "step":
      return { type: "step", name: update.name, job: jobJson(update.job) };
    case "finished":
      return { type: "finished", result: processedJson(update.result) };
    case "found":
    case "ignored":
    case "accepted":
    case "progress":
      return update;
  }
}

export function reportJson(report: ProcessReport, elapsedMs: number): ReportJson {
  return {
    finished: report.finished.map(processedJson),
    refused: report.refused.map(({ path, error }) => ({ path, error: errorJson(error) })),
    ignored: report.ignored,
    interrupted: report.interrupted,
    elapsedMs,
  };
}

/** The result of a step, in words for people. */
const madeBy: Readonly<Record<Step, string | undefined>> = {
  probe: undefined,
  audio: "audio",
  poster: "poster",
  gif: "gif",
  video: "web, phone",
  stream: "stream",
  transcribe: "transcript",
  label: "labels",
  index: undefined,
};

const shortestName = 24;

function inState(jobs: readonly Job[], state: Job["state"]): Job[] {
  return jobs.filter((job) => job.state === state);
}

const succeeded = (jobs: readonly Job[]): Step[] =>
  inState(jobs, "succeeded").map(({ step }) => step);

/** What was there already, where other steps were done now; empty where nothing is to be told apart. */
function unchangedText({ jobs, done }: ProcessedMedia): string {
  if (done.length === 0) return "";
  const kept = new Set(succeeded(jobs).filter((step) => !done.includes(step)));
  const names = [...kept].flatMap((step) => madeBy[step] ?? []);
  return names.length === 0 ? "" : `; unchanged: ${names.join(", ")}`;
}

/** One line for a finished media file, and one for each failed step. */
export function finishedLines(
  result: ProcessedMedia,
  elapsedMs: number | undefined,
  { style, columns }: Pick<Screen, "style" | "columns">,
): string[] {
  const steps = result.done.length > 0 ? result.done : succeeded(result.jobs);
  const made = steps.flatMap((step) => madeBy[step] ?? []);
  const took = elapsedMs === undefined ? "" : ` in ${formatElapsed(elapsedMs)}`;
  const list = made.length === 0 ? "nothing" : made.join(", ");
  const failed = inState(result.jobs, "failed");
  // A long name is shortened before the rest of the line, and no more than it must be.
  const line = (color: Format, mark: string, rest: string): string => {
    const room = (columns() ?? Infinity) - widthOf(`${mark} : ${rest}`);
    const name = truncate(printable(result.name), Math.max(shortestName, room), "middle");
    return `${style(color, mark)} ${name}: ${rest}`;
  };
  switch (result.state) {
    case "unchanged":
      return [line("dim", "=", "already done with these settings")];
    case "shared":
      return [line("green", "✓", "shares what was made of the same bytes before")];
    case "ready":
      return [
        line("green", "✓", `${list}${took}${unchangedText(result)}`),
        ...noteLines(result, style),
      ];
    case "incomplete": {
      const what = `incomplete, its source is cut off or broken; made: ${list}${took}`;
      return [line("yellow", "!", what), ...noteLines(result, style)];
    }
    case "cancelled": {
      const what = count(inState(result.jobs, "cancelled").length, "step");
      const first = line("yellow", "–", `cancelled, ${what}${took}; made: ${list}`);
      return [first, `    \`dailies retry ${shellWord(result.name)}\` does the rest.`];
    }
    case "failed": {
      const what = count(failed.length, "step");
      const first = line("red", "✗", `${what} failed${took}; made: ${list}`);
      return [first, ...failed.flatMap((job) => failedStepLine(job, style))];
    }
  }
}

/** What is to be known of a transcript. That an engine is a draft is said elsewhere. */
function noteLines({ notes }: ProcessedMedia, style: Style): string[] {
  return notes
    .filter((note) => note !== draftHeard)
    .map((note) => `    ${style("yellow", "note:")} ${printable(note)}`);
}

function failedStepLine({ step, failure }: Job, style: Style): string[] {
  if (failure === undefined) return [`    ${step} failed`];
  return [`    ${style("red", step)}: ${errorText(errorJson(failure))}`];
}

/** The end of a step, where there are no live lines. Undefined when it needs no line. */
export function stepLine(name: string, job: Job): string | undefined {
  const took =
    job.startedAt === undefined || job.finishedAt === undefined
      ? ""
      : ` in ${formatElapsed(job.finishedAt - job.startedAt)}`;
  const about = `${printable(name)}: ${job.step}`;
  switch (job.state) {
    case "succeeded":
      return madeBy[job.step] === undefined ? undefined : `${about} done${took}`;
    case "failed":
      return `${about} failed${took}${job.failure ? `: ${errorText(job.failure)}` : ""}`;
    case "cancelled":
      return `${about} cancelled`;
    case "queued":
      // A queued job with a failure waits for another attempt.
      return job.failure && `${about}: ${printable(job.failure.message)}; it will be tried again`;
    case "running":
    case "skipped":
      return undefined;
  }
}

/** The progress of a long step, where there are no live lines. */
export function stillRunningLine(entry: RunningStep, now: number): string {
  const { fraction, speed, remainingMs } = entry.progress ?? {};
  const figures = [
    ...(fraction === undefined ? [] : [formatFraction(fraction)]),
    ...(speed === undefined ? [] : [formatSpeed(speed)]),
    `${formatElapsed(now - entry.startedAt)} so far`,
    ...(remainingMs === undefined ? [] : [`about ${formatElapsed(remainingMs)} left`]),
  ];
  return `${printable(entry.name)}: ${entry.step} ${figures.join(", ")}`;
}

export function refusedLine(path: string, error: ErrorJson): string {
  return `dailies: ${errorText(aboutPath(path, error))}`;
}

/** What was passed over in folders: in one line by reason, or a line each. */
export function aboutIgnored(ignored: ProcessReport["ignored"], each = false): string[] {
  if (ignored.length === 0) return [];
  if (each)
    return ignored.map(
      ({ path, reason }) => `- ${printable(path)}: passed over, ${printable(reason)}`,
    );
  const reasons = Map.groupBy(ignored, ({ reason }) => reason);
  const sums = Array.from(reasons, ([reason, all]) => `${all.length} ${printable(reason)}`);
  return [`Passed over ${ignored.length}: ${sums.join(", ")}. --passed-over lists them.`];
}

/** The sums at the end. */
export function sumLine(report: ProcessReport, elapsedMs: number): string {
  const having = (state: ProcessedMedia["state"]): number =>
    report.finished.filter((result) => result.state === state).length;
  const parts = [
    ...(having("ready") > 0 || report.finished.length === 0 ? [`${having("ready")} done`] : []),
    ...(having("shared") > 0 ? [`${having("shared")} shared`] : []),
    ...(having("unchanged") > 0 ? [`${having("unchanged")} unchanged`] : []),
    ...(having("incomplete") > 0 ? [`${having("incomplete")} incomplete`] : []),
    ...(having("cancelled") > 0 ? [`${having("cancelled")} cancelled`] : []),
    ...(having("failed") > 0 ? [`${having("failed")} failed`] : []),
    ...(report.refused.length > 0 ? [`${report.refused.length} refused`] : []),
  ];
  return `${parts.join(", ")} in ${formatElapsed(elapsedMs)}`;
}
