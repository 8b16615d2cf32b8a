import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MediaError } from "../media/errors.ts";
import { newJob, steps, type Job, type JobState, type Step } from "../media/job.ts";
import type { ProcessUpdate } from "../app/processing.ts";
import { createStyle } from "./output.ts";
import {
  advance,
  estimateRemainingMs,
  noProgress,
  renderProgress,
  tally,
  type ProgressState,
  type RunningStep,
} from "./progress.ts";
import { widthOf } from "./text.ts";

const style = createStyle(false);

function job(name: string, step: Step, state: JobState, startedAt = 0): Job {
  return {
    ...newJob({ name, version: `version of ${name}` }, step),
    state,
    attempts: 1,
    enqueuedAt: 0,
    startedAt,
  };
}

const step = (name: string, which: Step, state: JobState, startedAt = 0): ProcessUpdate => ({
  type: "step",
  name,
  job: job(name, which, state, startedAt),
});

const finished = (name: string, state: "ready" | "failed" | "unchanged"): ProcessUpdate => ({
  type: "finished",
  result: { name, state, jobs: [], done: [], notes: [], written: [] },
});

function after(updates: readonly ProcessUpdate[], now = 0): ProgressState {
  return updates.reduce((state, update) => advance(state, update, now), noProgress(0));
}

const halfway: ProcessUpdate = {
  type: "progress",
  name: "walkers.mp4",
  step: "video",
  progress: { fraction: 0.625, speed: 4.14, remainingMs: 12_300 },
};

describe("renderProgress", () => {
  it("shows a bar, the percentage, the speed and the time left of each running step", () => {
    const state = after([
      { type: "found", files: 3 },
      { type: "accepted", name: "walkers.mp4" },
      step("walkers.mp4", "video", "running"),
      step("walkers.mp4", "label", "running", 5_000),
      halfway,
    ]);
    expect(renderProgress(state, { columns: 80, rows: 24, now: 20_000, style })).toEqual([
      "walkers.mp4  video  ████████████░░░░░░░░   62%    4.1×      12s left",
      "walkers.mp4  label  ░░░░░░░░░░░░░░░░░░░░                         15s",
      "0/3 done · 1 running · 2 queued · 20s elapsed",
    ]);
  });

  it("gives up the bar, then the speed, then the time in a narrow terminal", () => {
    const state = after([halfway]);
    const at = (columns: number): string =>
      renderProgress(state, { columns, rows: 24, now: 0, style })[0]?.trim() ?? "";
    expect(at(56)).toBe("walkers.mp4  video   62%    4.1×      12s left");
    expect(at(44)).toBe("walkers.mp4  video   62%      12s left");
    expect(at(30)).toBe("walkers.mp4  video   62%");
    expect(at(16)).toBe("walkers.mp4  v…");
  });

  it("stays inside the terminal, whatever is running under whatever name", () => {
    const name = fc.string({ unit: "binary", minLength: 1, maxLength: 30 });
    const progress = fc.record(
      {
        fraction: fc.double({ min: 0, max: 1, noNaN: true }),
        speed: fc.double({ min: 0, max: 1e6, noNaN: true }),
        remainingMs: fc.nat(2_000_000_000),
      },
      { requiredKeys: [] },
    );
    const update = fc.record({
      type: fc.constant("progress" as const),
      name,
      step: fc.constantFrom(...steps),
      progress,
    });
    fc.assert(
      fc.property(
        fc.array(update, { maxLength: 15 }),
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 2, max: 12 }),
        (updates, columns, rows) => {
          const lines = renderProgress(after(updates), { columns, rows, now: 1e9, style });
          expect(lines.length).toBeLessThan(rows);
          for (const line of lines) {
            expect(line).not.toMatch(/\p{Cc}/u);
            expect(widthOf(line)).toBeLessThan(columns);
          }
        },
      ),
    );
  });

  it("says how many steps it does not show", () => {
    const updates = Array.from({ length: 300 }, (_, index) =>
      step(`${index}.mp4`, "audio", "running"),
    );
    const lines = renderProgress(after(updates), { columns: 80, rows: 10, now: 0, style });
    expect(lines).toHaveLength(9);
    expect(lines.at(-2)).toBe("… and 293 more running");
  });
});

describe("tally", () => {
  it("counts each media once, and a refused file as failed", () => {
    const state = after([
      { type: "found", files: 5 },
      { type: "ignored", path: "notes.txt", reason: "no media" },
      { type: "refused", path: "empty.mp4", error: new MediaError("empty_file", "it is empty") },
      { type: "accepted", name: "a.mp4" },
      step("a.mp4", "audio", "running"),
      step("a.mp4", "video", "running"),
      finished("b.mp4", "unchanged"),
    ]);
    expect(tally(state)).toEqual({ total: 5, done: 2, failed: 1, running: 1, queued: 2 });
    expect(tally(advance(state, finished("a.mp4", "failed"), 0))).toEqual({
      total: 5,
      done: 3,
      failed: 2,
      running: 0,
      queued: 2,
    });
  });

  it("forgets a step when it ends, and does not bring a finished media back", () => {
    const state = after([
      step("a.mp4", "video", "running"),
      step("a.mp4", "video", "failed"),
      finished("a.mp4", "failed"),
      { type: "progress", name: "a.mp4", step: "video", progress: { fraction: 1 } },
    ]);
    expect(state.running.size).toBe(0);
  });

  it("never counts below zero or beyond the total", () => {
    const name = fc.constantFrom("a", "b", "c", "d");
    const state = fc.constantFrom<JobState>("queued", "running", "succeeded", "failed", "skipped");
    const update = fc.oneof<fc.Arbitrary<ProcessUpdate>[]>(
      fc.record({ type: fc.constant("found" as const), files: fc.nat(5) }),
      fc.record({ type: fc.constant("accepted" as const), name }),
      fc.tuple(name, fc.constantFrom(...steps), state).map((args) => step(...args)),
      fc
        .tuple(name, fc.constantFrom("ready" as const, "failed" as const))
        .map((args) => finished(...args)),
    );
    fc.assert(
      fc.property(fc.array(update), (updates) => {
        const { total, done, failed, running, queued } = tally(after(updates));
        expect(queued).toBeGreaterThanOrEqual(0);
        expect(done).toBeLessThanOrEqual(total);
        expect(failed).toBeLessThanOrEqual(done);
        expect(running).toBeLessThanOrEqual(4);
      }),
    );
  });
});

describe("estimateRemainingMs", () => {
  it("takes the slowest step's word when there is nothing behind it", () => {
    expect(estimateRemainingMs(after([{ type: "found", files: 1 }, halfway]), 20_000)).toBe(12_300);
  });

  it("knows nothing before the first of many is done", () => {
    expect(
      estimateRemainingMs(after([{ type: "found", files: 9 }, halfway]), 20_000),
    ).toBeUndefined();
  });

  it("goes by the pace so far, to which unchanged media add nothing", () => {
    const state = after([
      { type: "found", files: 4 },
      finished("seen.mp4", "unchanged"),
      step("a.mp4", "audio", "running"),
      finished("a.mp4", "ready"),
    ]);
    expect(estimateRemainingMs(state, 10_000)).toBe(20_000);
  });
});

/** A map that counts how often something of it is looked at or changed. */
class CountingMap<Key, Value> extends Map<Key, Value> {
  uses = 0;

  override get(key: Key): Value | undefined {
    this.uses += 1;
    return super.get(key);
  }
  override has(key: Key): boolean {
    this.uses += 1;
    return super.has(key);
  }
  override set(key: Key, value: Value): this {
    this.uses += 1;
    return super.set(key, value);
  }
  override delete(key: Key): boolean {
    this.uses += 1;
    return super.delete(key);
  }
  override *entries(): MapIterator<[Key, Value]> {
    for (const entry of super.entries()) {
      this.uses += 1;
      yield entry;
    }
  }
  override *keys(): MapIterator<Key> {
    for (const [key] of this.entries()) yield key;
  }
  override *values(): MapIterator<Value> {
    for (const [, value] of this.entries()) yield value;
  }
  override [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.entries();
  }
}

describe("advance", () => {
  it("does as much for each of many files as for each of a few", () => {
    const usesOf = (files: number): number => {
      const maps = {
        begun: new CountingMap<string, number | undefined>(),
        finished: new CountingMap<string, "ready">(),
        running: new CountingMap<string, RunningStep>(),
      };
      const state = { ...noProgress(0), ...maps } as ProgressState;
      for (let file = 0; file < files; file += 1) {
        const name = `${file}.mp4`;
        // a copy of the state would not be counted
        expect(advance(state, { type: "accepted", name }, 0)).toBe(state);
        advance(state, step(name, "probe", "running"), 0);
        advance(state, step(name, "probe", "succeeded"), 0);
        advance(state, finished(name, "ready"), 0);
      }
      return (maps.begun.uses + maps.finished.uses + maps.running.uses) / files;
    };
    expect(usesOf(10)).toBeGreaterThan(4);
    expect(usesOf(1_000)).toBe(usesOf(10));
  });
});
