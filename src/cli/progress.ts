import type { Progress } from "../media/engine.ts";
import type { Step } from "../media/job.ts";
import type { ProcessedMedia, ProcessUpdate } from "../app/processing.ts";
import { formatElapsed, formatFraction, formatSpeed } from "./format.ts";
import type { Style } from "./output.ts";
import { pad, printable, truncate, widthOf } from "./text.ts";

export interface RunningStep {
  readonly name: string;
  readonly step: Step;
  readonly startedAt: number;
  readonly progress?: Progress;
}

/** The state of running work. Times are milliseconds since 1970. */
export interface ProgressState {
  readonly startedAt: number;
  /** The number of files, once they are counted. */
  files?: number;
  /** Every known media file, and when its first step began. */
  readonly begun: Map<string, number | undefined>;
  readonly finished: Map<string, ProcessedMedia["state"]>;
  refused: number;
  /** In the order in which they began; the key is name and step. */
  readonly running: Map<string, RunningStep>;
}

export function noProgress(now: number): ProgressState {
  return {
    startedAt: now,
    begun: new Map(),
    finished: new Map(),
    refused: 0,
    running: new Map(),
  };
}

const runningKey = (name: string, step: Step): string => `${name}\0${step}`;

function setRunning(state: ProgressState, entry: RunningStep): void {
  state.running.set(runningKey(entry.name, entry.step), entry);
  hearOf(state, entry.name, entry.startedAt);
}

function dropRunning(state: ProgressState, isOver: (entry: RunningStep) => boolean): void {
  for (const [key, entry] of state.running) if (isOver(entry)) state.running.delete(key);
}

/** The earlier of two starts; undefined when there is none. */
function hearOf(state: ProgressState, name: string, startedAt?: number): void {
  const known = state.begun.get(name);
  const isEarlier = startedAt !== undefined && startedAt <= (known ?? Infinity);
  if (isEarlier || !state.begun.has(name)) state.begun.set(name, isEarlier ? startedAt : known);
}

/**
 * Applies one update to the state in place, and returns it. A copy of the state of ten thousand files for
 * each of their steps would take minutes.
 */
export function advance(state: ProgressState, update: ProcessUpdate, now: number): ProgressState {
  switch (update.type) {
    case "found":
      // Earlier refusals were not files that could be counted.
      state.files = update.files + state.refused;
      return state;
    case "ignored":
      return state;
    case "refused":
      state.refused += 1;
      return state;
    case "accepted":
      hearOf(state, update.name);
      return state;
    case "progress": {
      const { name, step, progress } = update;
      // A step's last update may arrive after its end.
      if (state.finished.has(name)) return state;
      const startedAt = state.running.get(runningKey(name, step))?.startedAt ?? now;
      setRunning(state, { name, step, startedAt, progress });
      return state;
    }
    case "step": {
      const { name, job } = update;
      if (job.state === "running") {
        setRunning(state, { name, step: job.step, startedAt: job.startedAt ?? now });
        return state;
      }
      hearOf(state, name, job.startedAt);
      dropRunning(state, (entry) => entry.name === name && entry.step === job.step);
      return state;
    }
    case "finished": {
      const { name } = update.result;
      dropRunning(state, (entry) => entry.name === name);
      hearOf(state, name);
      state.finished.set(name, update.result.state);
      return state;
    }
  }
}

/** How long a media file took from its first step until now; undefined when nothing was done for it. */
export function elapsedOf(state: ProgressState, name: string, now: number): number | undefined {
  const begun = state.begun.get(name);
  return begun === undefined ? undefined : now - begun;
}

export interface Tally {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly running: number;
  readonly queued: number;
}

/** The number of media files by state. A refused file counts as failed. */
export function tally(state: ProgressState): Tally {
  const total = Math.max(state.files ?? 0, state.begun.size + state.refused);
  const running = new Set(Array.from(state.running.values(), ({ name }) => name)).size;
  const states = [...state.finished.values()];
  const failed = states.filter((each) => each === "failed").length + state.refused;
  const done = states.length + state.refused;
  return { total, done, failed, running, queued: Math.max(0, total - done - running) };
}

/**
 * An estimate of the remaining time: the longer of the running steps' own estimates, and the pace so far
 * times the media files that are left. Media files that needed no work do not count for the pace.
 */
export function estimateRemainingMs(state: ProgressState, now: number): number | undefined {
  const { total, done } = tally(state);
  const worked = [...state.finished].filter(([name]) => state.begun.get(name) !== undefined).length;
  const pace = worked === 0 ? undefined : ((now - state.startedAt) / worked) * (total - done);
  const steps = Array.from(state.running.values(), ({ progress }) => progress?.remainingMs);
  // Before the first media file is done, only the running ones can be estimated.
  const known = steps.filter((ms) => ms !== undefined);
  if (pace === undefined && (known.length === 0 || tally(state).queued > 0)) return undefined;
  return Math.max(pace ?? 0, ...known);
}

export interface ProgressView {
  readonly columns: number;
  readonly rows: number;
  readonly now: number;
  readonly style: Style;
}

const barColumns = 20;
const widestName = 40;
const narrowestName = 12;

function bar(fraction: number | undefined, style: Style): string {
  const filled = Math.floor((fraction ?? 0) * barColumns);
  return style("cyan", "█".repeat(filled)) + style("dim", "░".repeat(barColumns - filled));
}

/** The figures of one running step, each in a column, the least needed last. */
function figures(entry: RunningStep, view: ProgressView): { text: string; columns: number }[] {
  const { progress } = entry;
  const fraction = progress?.fraction;
  const elapsed = formatElapsed(Math.max(0, view.now - entry.startedAt));
  const left =
    progress?.remainingMs === undefined ? elapsed : `${formatElapsed(progress.remainingMs)} left`;
  const speed = progress?.speed === undefined ? "" : formatSpeed(progress.speed);
  const percent = fraction === undefined ? "" : formatFraction(fraction);
  const figure = (text: string, least: number): { text: string; columns: number } => {
    const columns = Math.max(least, widthOf(text));
    return { text: pad(text, columns, "right"), columns };
  };
  return [
    figure(percent, 4),
    figure(left, 12),
    figure(speed, 6),
    { text: bar(fraction, view.style), columns: barColumns },
  ];
}

function runningLine(
  entry: RunningStep,
  view: ProgressView,
  widths: { name: number; step: number },
): string {
  const step = pad(entry.step, widths.step);
  let room = view.columns - 1 - Math.min(widths.name, narrowestName) - 2 - widths.step;
  const shown: string[] = [];
  for (const figure of figures(entry, view)) {
    if (room < figure.columns + 2) break;
    room -= figure.columns + 2;
    shown.push(figure.text);
  }
  // The bar stands before its figures; it is dropped first when there is no room.
  const [percent, left, speed, drawn] = shown;
  const parts = [drawn, percent, speed, left].filter((part) => part !== undefined);
  const nameColumns = Math.min(widths.name, narrowestName) + Math.max(0, room);
  const name = printable(entry.name);
  const cut = truncate(name, Math.min(widths.name, nameColumns), "middle");
  if (room < 0) return truncate(`${cut}  ${entry.step}`, view.columns - 1);
  return [pad(cut, Math.min(widths.name, nameColumns)), step, ...parts].join("  ");
}

/** As many parts as a line has room for; only a single one is cut. */
function fitting(parts: readonly string[], columns: number): string {
  const text = parts.join(" · ");
  return widthOf(text) <= columns || parts.length < 2
    ? truncate(text, columns)
    : fitting(parts.slice(0, -1), columns);
}

function summaryLine(state: ProgressState, view: ProgressView): string {
  const { total, done, failed, running, queued } = tally(state);
  const remaining = estimateRemainingMs(state, view.now);
  const parts = [
    total === 0 ? "getting ready" : `${done}/${total} done`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(running > 0 ? [`${running} running`] : []),
    ...(queued > 0 ? [`${queued} queued`] : []),
    `${formatElapsed(view.now - state.startedAt)} elapsed`,
    ...(remaining === undefined ? [] : [`about ${formatElapsed(remaining)} left`]),
  ];
  return view.style("bold", fitting(parts, view.columns - 1));
}

/**
 * The live lines of the work: a line for each running step, then a summary. They are at most one column
 * narrower and one row lower than the terminal.
 */
export function renderProgress(state: ProgressState, view: ProgressView): string[] {
  const summary = summaryLine(state, view);
  const all = [...state.running.values()];
  const room = Math.max(0, view.rows - 2);
  const shown = all.length <= room ? all : all.slice(0, Math.max(0, room - 1));
  const hidden = all.length - shown.length;
  const widths = {
    name: Math.min(widestName, Math.max(0, ...shown.map(({ name }) => widthOf(printable(name))))),
    step: Math.max(0, ...shown.map(({ step }) => step.length)),
  };
  const lines = shown.map((entry) => runningLine(entry, view, widths));
  if (hidden > 0 && room > 0)
    lines.push(truncate(`… and ${hidden} more running`, view.columns - 1));
  return [...lines, summary];
}
