import type { Progress } from "../media/engine.ts";
import type { Step } from "../media/job.ts";
import type { BatchUpdate } from "../batch/report.ts";
import { formatElapsed, formatFraction, formatSpeed } from "./format.ts";
import type { Style } from "./output.ts";
import { table, type Cell } from "./table.ts";
import { truncate } from "./text.ts";

interface RunningJob {
  readonly startedAt: number;
  readonly step: Step;
  readonly progress: Progress;
}

/** The state of a running batch. Times are milliseconds since 1970. */
export interface BatchState {
  readonly startedAt: number;
  toDo: number;
  toDoBytes: number;
  /** Sizes of the inputs in the library, by job. */
  readonly sizes: Map<string, number>;
  readonly running: Map<string, RunningJob>;
  completed: number;
  failed: number;
  skipped: number;
  doneBytes: number;
  /** Of the completed jobs. */
  soundMs: number;
}

export function noBatch(now: number): BatchState {
  return {
    startedAt: now,
    toDo: 0,
    toDoBytes: 0,
    sizes: new Map(),
    running: new Map(),
    completed: 0,
    failed: 0,
    skipped: 0,
    doneBytes: 0,
    soundMs: 0,
  };
}

/** Applies one update to the state. */
export function advanceBatch(state: BatchState, update: BatchUpdate, now: number): void {
  switch (update.type) {
    case "found":
      state.toDo = update.toDo;
      state.toDoBytes = update.toDoBytes;
      return;
    case "skipped":
      state.skipped += 1;
      return;
    case "queued":
      state.sizes.set(update.job, update.sizeBytes);
      return;
    case "progress": {
      const { job, step, progress } = update;
      // A step's last update may arrive after the job's end.
      if (!state.sizes.has(job)) return;
      const startedAt = state.running.get(job)?.startedAt ?? now;
      state.running.set(job, { startedAt, step, progress });
      return;
    }
    case "waiting":
      state.running.delete(update.job);
      return;
    case "completed":
    case "failed": {
      const { job, durationMs = 0 } = update.row;
      state[update.type] += 1;
      if (update.type === "completed") state.soundMs += durationMs;
      state.doneBytes += state.sizes.get(job) ?? 0;
      state.sizes.delete(job);
      state.running.delete(job);
      return;
    }
    case "ignored":
    case "problem":
  }
}

/** How long the rest will take at the pace so far, by bytes; undefined before the first is done. */
export function batchRemainingMs(state: BatchState, now: number): number | undefined {
  if (state.doneBytes === 0) return undefined;
  const left = Math.max(0, state.toDoBytes - state.doneBytes);
  return ((now - state.startedAt) * left) / state.doneBytes;
}

/** `12/40 done · 1 failed · 2 running · 25 queued · 1m 20s elapsed · 4.2× · about 3m 05s left` */
export function batchSummary(state: BatchState, now: number): string {
  const { completed, failed, running, toDo } = state;
  const queued = Math.max(0, toDo - completed - failed - running.size);
  const elapsedMs = now - state.startedAt;
  const remaining = batchRemainingMs(state, now);
  const parts = [
    `${completed}/${toDo} done`,
    `${failed} failed`,
    `${running.size} running`,
    `${queued} queued`,
    `${formatElapsed(elapsedMs)} elapsed`,
    ...(state.soundMs > 0 && elapsedMs > 0
      ? [`${formatSpeed(state.soundMs / elapsedMs)} speed`]
      : []),
    ...(remaining === undefined || queued + running.size === 0
      ? []
      : [`about ${formatElapsed(remaining)} left`]),
  ];
  return parts.join(" · ");
}

/** The live lines: a row for each running job, then the sums; they fit the terminal. */
export function renderBatch(
  state: BatchState,
  view: { columns: number; rows: number; now: number; style: Style },
): string[] {
  const { columns, rows, now, style } = view;
  const shown = [...state.running].slice(0, Math.max(0, rows - 4));
  const lines = shown.map(([job, { step, progress, startedAt }]): Cell[] => [
    job,
    step,
    progress.fraction === undefined ? "" : formatFraction(progress.fraction),
    progress.speed === undefined ? "" : formatSpeed(progress.speed),
    formatElapsed(now - startedAt),
  ]);
  const titles = [
    { title: "JOB", least: 12, cut: "middle" as const },
    { title: "STEP" },
    { title: "DONE", align: "right" as const },
    { title: "SPEED", align: "right" as const },
    { title: "ELAPSED", align: "right" as const },
  ];
  const running = lines.length === 0 ? [] : table(titles, lines, { style, available: columns - 1 });
  return [...running, style("bold", truncate(batchSummary(state, now), columns - 1))];
}
