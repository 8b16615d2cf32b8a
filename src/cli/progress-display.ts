import { createLogUpdate } from "log-update";
import type { ProcessUpdate } from "../app/processing.ts";
import { errorJson } from "./failure.ts";
import type { Output, Screen } from "./output.ts";
import {
  finishedLines,
  refusedLine,
  stepLine,
  stillRunningLine,
  updateJson,
} from "./process-lines.ts";
import { advance, elapsedOf, noProgress, renderProgress, type ProgressState } from "./progress.ts";
import { printable } from "./text.ts";

/** Shows running work. Finished media files go to stdout as results, everything else to stderr. */
export interface ProgressDisplay {
  readonly update: (update: ProcessUpdate) => void;
  /** A line that stays. */
  readonly say: (line: string) => void;
  readonly close: () => void;
}

/** The permanent lines of an update, and where they go. */
function lasting(
  output: Output,
  state: ProgressState,
  update: ProcessUpdate,
  now: number,
): { results: string[]; notes: string[] } {
  if (update.type === "refused") {
    const line = refusedLine(update.path, errorJson(update.error));
    return { results: [], notes: output.mode === "human" ? [line] : [] };
  }
  if (update.type !== "finished") return { results: [], notes: [] };
  const elapsed = elapsedOf(state, update.result.name, now);
  const lines = (screen: Screen): string[] => finishedLines(update.result, elapsed, screen);
  const results = output.mode === "human" ? lines(output.results) : [];
  // A terminal shows finished media files too, also when the results go elsewhere.
  const watched = output.notes.terminal && !output.results.terminal && !output.quiet;
  const elsewhere = output.mode === "json" && !output.quiet;
  return { results, notes: watched || elsewhere ? lines(output.notes) : [] };
}

const print = (write: (text: string) => void, lines: readonly string[]): void => {
  if (lines.length > 0) write(lines.map((line) => `${line}\n`).join(""));
};

/** Lines at the bottom of the terminal that are redrawn ten times a second. */
function createLiveDisplay(output: Output): ProgressDisplay {
  // log-update takes a stream, but uses these properties only.
  const live = createLogUpdate(process.stderr);
  let state = noProgress(Date.now());
  const draw = (): void => {
    const view = {
      columns: output.notes.columns() ?? 80,
      rows: output.notes.rows() ?? 24,
      now: Date.now(),
      style: output.notes.style,
    };
    live(renderProgress(state, view).join("\n"));
  };
  const above = (write: () => void): void => {
    live.clear();
    write();
    draw();
  };
  const timer = setInterval(draw, 100);
  timer.unref();
  draw();
  return {
    update: (update) => {
      const now = Date.now();
      const { results, notes } = lasting(output, state, update, now);
      state = advance(state, update, now);
      if (results.length + notes.length === 0) return;
      above(() => {
        print(output.results.write, results);
        print(output.notes.write, notes);
      });
    },
    say: (line) => above(() => output.notes.write(`${line}\n`)),
    close: () => {
      clearInterval(timer);
      live.clear();
      live.done();
    },
  };
}

const stillRunningEveryMs = 30_000;

/** A line for each event, and one from time to time while a long step runs. */
function createPlainDisplay(output: Output): ProgressDisplay {
  let state = noProgress(Date.now());
  let lastLineAt = Date.now();
  const say = (line: string): void => {
    lastLineAt = Date.now();
    output.note(line);
  };
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - lastLineAt < stillRunningEveryMs) return;
    for (const entry of [...state.running.values()].slice(0, 3)) say(stillRunningLine(entry, now));
  }, 1_000);
  timer.unref();
  return {
    update: (update) => {
      const now = Date.now();
      const { results, notes } = lasting(output, state, update, now);
      state = advance(state, update, now);
      if (update.type === "accepted") say(`${printable(update.name)}: taken in`);
      if (update.type === "step") {
        const line = stepLine(update.name, update.job);
        if (line !== undefined) say(line);
      }
      print(output.results.write, results);
      print(output.notes.write, notes);
    },
    say,
    close: () => clearInterval(timer),
  };
}

/** Every update as a line of JSON on stdout. */
function createStreamDisplay(output: Output): ProgressDisplay {
  return {
    update: (update) => output.document(updateJson(update)),
    say: output.note,
    close: () => {},
  };
}

/** The display that fits where the output goes. */
export function createProgressDisplay(output: Output): ProgressDisplay {
  if (output.mode === "jsonl") return createStreamDisplay(output);
  if (output.notes.terminal && !output.quiet) return createLiveDisplay(output);
  return createPlainDisplay(output);
}
