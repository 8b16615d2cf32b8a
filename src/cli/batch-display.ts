import { incompleteText } from "../media/damage.ts";
import { createLogUpdate } from "log-update";
import type { BatchRow } from "../batch/summary.ts";
import type { BatchProblem, BatchUpdate } from "../batch/report.ts";
import {
  advanceBatch,
  batchSummary,
  noBatch,
  renderBatch,
  type BatchState,
} from "./batch-state.ts";
import { errorJson, errorText, aboutPath, type ErrorJson } from "./failure.ts";
import { count, formatElapsed } from "./format.ts";
import type { Output, Style } from "./output.ts";
import { printable } from "./text.ts";

/** What `batch --jsonl` prints: a line for each thing that happens, then `{"type": "end", …}`. */
export type BatchUpdateJson =
  | Exclude<BatchUpdate, { type: "problem" | "completed" | "failed" }>
  | { readonly type: "completed" | "failed"; readonly row: BatchRowJson }
  | (Omit<Extract<BatchUpdate, { type: "problem" }>, "error"> & { readonly error: ErrorJson });

type BatchRowJson = Omit<BatchRow, "createdAt" | "startedAt" | "finishedAt"> & {
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly finishedAt: string;
};

const iso = (at: number): string => new Date(at).toISOString();

function rowJson({ createdAt, startedAt, finishedAt, ...row }: BatchRow): BatchRowJson {
  const times = { createdAt: iso(createdAt), finishedAt: iso(finishedAt) };
  return { ...row, ...times, ...(startedAt === undefined ? {} : { startedAt: iso(startedAt) }) };
}

export function batchUpdateJson(update: BatchUpdate): BatchUpdateJson {
  switch (update.type) {
    case "problem":
      return { ...update, error: errorJson(update.error) };
    case "completed":
    case "failed":
      return { type: update.type, row: rowJson(update.row) };
    case "found":
    case "ignored":
    case "skipped":
    case "queued":
    case "progress":
    case "waiting":
      return update;
  }
}

function endedLine(row: BatchRow, style: Style): string {
  const took =
    row.startedAt === undefined ? "" : ` in ${formatElapsed(row.finishedAt - row.startedAt)}`;
  const name = `${row.job} (${printable(row.input)})`;
  if (row.failure !== undefined) {
    const { code, message } = row.failure;
    return `${style("red", "✗")} ${name}: ${printable(message)} (${code})`;
  }
  const sure =
    row.meanConfidence === undefined ? "" : `, ${Math.round(row.meanConfidence * 100)}% sure`;
  const draft = row.draft === true ? " (draft)" : "";
  const isWhole = row.incomplete === undefined;
  const mark = isWhole ? style("green", "✓") : style("yellow", "!");
  const cut = row.incomplete === undefined ? "" : `; incomplete: ${incompleteText(row.incomplete)}`;
  return `${mark} ${name}: ${count(row.words ?? 0, "word")}${draft}${sure}${took}${cut}`;
}

/** A problem with an input or a folder, for people. */
export function problemLine({ path, error }: BatchProblem): string {
  return `dailies: ${errorText(aboutPath(path, errorJson(error)))}`;
}

/** The permanent lines of an update, for results and for notes. */
function lasting(update: BatchUpdate, style: Style): { results: string[]; notes: string[] } {
  switch (update.type) {
    case "found": {
      const { inputs, toDo, admitted, atOnce } = update;
      const how = `at most ${admitted} in the queue, ${atOnce} at once on this machine`;
      return { results: [], notes: [`${count(inputs, "recording")}, ${toDo} to do; ${how}`] };
    }
    case "ignored":
      return {
        results: [],
        notes: [`- ${printable(update.input)}: passed over, ${update.reason}`],
      };
    case "skipped":
      return {
        results: [`${style("dim", "=")} ${update.job} (${printable(update.input)}): done before`],
        notes: [],
      };
    case "completed":
    case "failed":
      return { results: [endedLine(update.row, style)], notes: [] };
    case "problem":
      return { results: [], notes: [problemLine(update)] };
    case "queued":
    case "progress":
    case "waiting":
      return { results: [], notes: [] };
  }
}

export interface BatchDisplay {
  readonly update: (update: BatchUpdate) => void;
  readonly say: (line: string) => void;
  readonly close: () => void;
}

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join("");

/** Shows a batch; `draw` and `clear` are for the live lines at the bottom of a terminal. */
function createDisplay(
  output: Output,
  state: BatchState,
  live: { draw: () => void; clear: () => void; close: () => void },
): BatchDisplay {
  const print = (results: readonly string[], notes: readonly string[]): void => {
    if (results.length + notes.length === 0) return;
    live.clear();
    if (output.mode === "human" && results.length > 0) output.results.write(lines(results));
    if (!output.quiet && notes.length > 0) output.notes.write(lines(notes));
    live.draw();
  };
  return {
    update: (update) => {
      advanceBatch(state, update, Date.now());
      const { results, notes } = lasting(update, output.results.style);
      print(results, notes);
    },
    say: (line) => print([], [line]),
    close: live.close,
  };
}

function createLive(output: Output, state: BatchState): BatchDisplay {
  // log-update takes a stream, but uses these properties only.
  const screen = createLogUpdate(process.stderr);
  const { columns, rows, style } = output.notes;
  const draw = (): void => {
    const view = { columns: columns() ?? 80, rows: rows() ?? 24, now: Date.now(), style };
    screen(renderBatch(state, view).join("\n"));
  };
  const timer = setInterval(draw, 200);
  timer.unref();
  const close = (): void => {
    clearInterval(timer);
    screen.clear();
    screen.done();
  };
  return createDisplay(output, state, { draw, clear: () => screen.clear(), close });
}

const sumsEveryMs = 30_000;

function createPlain(output: Output, state: BatchState): BatchDisplay {
  const timer = setInterval(() => output.note(batchSummary(state, Date.now())), sumsEveryMs);
  timer.unref();
  const nothing = (): void => {};
  const close = (): void => clearInterval(timer);
  return createDisplay(output, state, { draw: nothing, clear: nothing, close });
}

/** A live table on a terminal, lines elsewhere, a stream of JSON with --jsonl. */
export function createBatchDisplay(output: Output): BatchDisplay {
  if (output.mode === "jsonl")
    return {
      update: (update) => output.document(batchUpdateJson(update)),
      say: output.note,
      close: () => {},
    };
  const state = noBatch(Date.now());
  const isLive = output.notes.terminal && !output.quiet;
  return isLive ? createLive(output, state) : createPlain(output, state);
}
