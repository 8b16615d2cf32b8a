import type { Job, JobState } from "../media/job.ts";
import type { Space } from "../app/ports.ts";
import type { LocalLibrary } from "../local/library.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { formatElapsed, formatFraction, formatMoment, formatSize } from "./format.ts";
import { interruptedHint, isJobInterrupted, type Interruptible } from "./interrupted.ts";
import { jobJson, type JobJson } from "./json.ts";
import { stateCell } from "./ls.ts";
import { eachOf, printPages, printTable } from "./pages.ts";
import type { Cell } from "./table.ts";

interface JobsFilter {
  readonly state?: JobState;
  readonly limit?: number;
}

export interface JobsOptions extends JobsFilter {
  readonly pause?: boolean;
  readonly resume?: boolean;
}

/** A job's state in words: its progress, why it failed or was skipped, when it is tried again. */
export function jobRemark(job: Job): string {
  if (job.failure !== undefined) {
    const again = job.state === "queued" && job.runAfter !== undefined;
    const when = again ? `; again after ${formatMoment(job.runAfter)}` : "";
    return `${job.failure.message} (${job.failure.code})${when}`;
  }
  if (job.reason !== undefined) return job.reason;
  if (job.state !== "running" || job.progress?.fraction === undefined) return "";
  const left = job.progress.remainingMs;
  const fraction = formatFraction(job.progress.fraction);
  return left === undefined ? fraction : `${fraction}, ${formatElapsed(left)} left`;
}

/** How long it took, or has taken so far. */
export function jobElapsed(job: Job, now: number): string {
  if (job.startedAt === undefined || job.state === "queued") return "";
  if (job.finishedAt === undefined && job.state !== "running") return "";
  return formatElapsed((job.finishedAt ?? now) - job.startedAt);
}

/** A job's state as people are told it. */
export function jobStateCell(job: Job, isInUse: boolean): Cell {
  return stateCell(isJobInterrupted(job, isInUse) ? "interrupted" : job.state);
}

/** A job as JSON, with whether it is interrupted. */
export function shownJobJson(job: Job, isInUse: boolean): Interruptible<JobJson> {
  return { ...jobJson(job), ...(isJobInterrupted(job, isInUse) && { interrupted: true }) };
}

function row(job: Job, now: number, isInUse: boolean): Cell[] {
  return [
    job.name,
    job.step,
    jobStateCell(job, isInUse),
    formatMoment(job.enqueuedAt),
    job.attempts === 0 ? "" : String(job.attempts),
    jobElapsed(job, now),
    jobRemark(job),
  ];
}

export function pausedLine(since: number): string {
  return `Paused since ${formatMoment(since)}: no job is begun until \`dailies jobs --resume\`.`;
}

function spaceLine({ freeBytes, minFreeBytes }: Space): string {
  return (
    `Waiting for space: ${formatSize(freeBytes)} are free, ${formatSize(minFreeBytes)} are to stay ` +
    "free (limits.minFreeBytes); jobs are begun when there is more."
  );
}

/** `dailies jobs --pause` and `--resume`; `{"paused": boolean}` with --json. */
async function setPaused({ output, withDailies }: Context, paused: boolean): Promise<number> {
  await withDailies((dailies) => (paused ? dailies.pause() : dailies.resume()));
  if (output.mode !== "human") output.document({ paused });
  else if (paused) output.note("Paused: what runs goes on, and no other job is begun.");
  else output.note("Jobs are begun again.");
  return exitCodes.done;
}

const columns = [
  { title: "NAME", least: 28, cut: "middle" as const },
  { title: "STEP" },
  { title: "STATE" },
  { title: "CREATED", optional: 2 },
  { title: "TRIES", align: "right" as const, optional: 1 },
  { title: "TOOK", align: "right" as const, optional: 3 },
  { title: "REMARK", least: 10 },
];

/** The jobs of a library or of one media file. A media file without such jobs gives an empty list; an unknown name is an error. */
async function* jobPages(dailies: LocalLibrary, name: string | undefined, filter: JobsFilter) {
  if (name === undefined) return yield* dailies.allJobs(filter);
  const media = await dailies.find(name);
  yield await dailies.jobs({ ...filter, name: media.name });
}

/** Why jobs wait: they are paused, or the disk has too little space. */
async function standstill(dailies: LocalLibrary, filter: JobsFilter & { readonly name?: string }) {
  const { state = "queued" } = filter;
  const pausedSince = await dailies.pausedSince();
  const space = await dailies.space();
  if (space.isEnough || state !== "queued") return { pausedSince };
  const queued = await dailies.jobs({ ...filter, state, limit: 1 });
  return { pausedSince, ...(queued.length > 0 && { space }) };
}

/** `dailies jobs`; `{"jobs": JobJson[], "pausedSince"?, "waitingForSpace"?}` with --json. */
export async function jobs(
  context: Context,
  name: string | undefined,
  options: JobsOptions,
): Promise<number> {
  const { output } = context;
  if (options.pause || options.resume) return setPaused(context, options.pause ?? false);
  const filter = {
    ...(options.state !== undefined && { state: options.state }),
    ...(options.limit !== undefined && { limit: options.limit }),
  };
  await context.withDailies(async (dailies) => {
    const pages = jobPages(dailies, name, filter);
    const named = name === undefined ? filter : { ...filter, name };
    const isInUse = dailies.isInUse();
    const { pausedSince, space } = await standstill(dailies, named);
    if (output.mode !== "human") {
      const since =
        pausedSince === undefined ? {} : { pausedSince: new Date(pausedSince).toISOString() };
      const waiting =
        space === undefined
          ? {}
          : { waitingForSpace: { freeBytes: space.freeBytes, minFreeBytes: space.minFreeBytes } };
      const shown = eachOf(pages, (job) => shownJobJson(job, isInUse));
      return printPages(output, "jobs", shown, { ...since, ...waiting });
    }
    if (pausedSince !== undefined) output.note(pausedLine(pausedSince));
    if (space !== undefined) output.note(spaceLine(space));
    const now = Date.now();
    let isInterrupted = false;
    const rows = eachOf(pages, (job) => {
      isInterrupted ||= isJobInterrupted(job, isInUse);
      return row(job, now, isInUse);
    });
    if (!(await printTable(output, columns, rows))) output.note("No jobs.");
    if (isInterrupted) output.note(interruptedHint);
  });
  return exitCodes.done;
}
