import { describe, expect, it } from "vitest";
import type { BatchUpdate } from "../batch/report.ts";
import {
  advanceBatch,
  batchRemainingMs,
  batchSummary,
  noBatch,
  renderBatch,
} from "./batch-state.ts";
import { createStyle } from "./output.ts";
import { widthOf } from "./text.ts";

const queued = (job: string, sizeBytes: number): BatchUpdate => ({
  type: "queued",
  job,
  input: job,
  sizeBytes,
});
const row = { input: "x", createdAt: 0, finishedAt: 9, files: [], durationMs: 8_000 };

function after(updates: readonly BatchUpdate[]) {
  const state = noBatch(0);
  for (const update of updates) advanceBatch(state, update, 1_000);
  return state;
}

const found = {
  type: "found",
  inputs: 4,
  toDo: 3,
  toDoBytes: 300,
  admitted: 2,
  atOnce: 1,
} as const;
const begun = (job: string): BatchUpdate => ({
  type: "progress",
  job,
  step: "transcribe",
  progress: { fraction: 0.5, speed: 3 },
});

describe("the state of a batch", () => {
  it("counts what is queued, running, done and failed, and how long the rest takes", () => {
    const state = after([found, queued("a", 100), queued("b", 100), begun("a"), begun("b")]);
    expect(batchSummary(state, 4_000)).toBe(
      "0/3 done · 0 failed · 2 running · 1 queued · 4.0s elapsed",
    );
    advanceBatch(state, { type: "completed", row: { job: "a", ...row } }, 4_000);
    advanceBatch(state, { type: "waiting", job: "b" }, 4_000);
    expect(batchRemainingMs(state, 4_000)).toBe(8_000);
    expect(batchSummary(state, 4_000)).toBe(
      "1/3 done · 0 failed · 0 running · 2 queued · 4.0s elapsed · 2.0× speed · about 8.0s left",
    );
    const failure = { code: "damaged_media", message: "broken" };
    advanceBatch(state, { type: "failed", row: { job: "b", ...row, failure } }, 5_000);
    // The last word of a step may come late.
    advanceBatch(state, begun("b"), 5_000);
    expect(batchSummary(state, 5_000)).toContain("1/3 done · 1 failed · 0 running · 1 queued");
  });

  it("is drawn no wider and no higher than the terminal", () => {
    const names = Array.from({ length: 30 }, (_, index) => `${"long_".repeat(index)}name`);
    const state = after([found, ...names.flatMap((name) => [queued(name, 1), begun(name)])]);
    for (const columns of [30, 80, 200])
      for (const rows of [5, 24]) {
        const lines = renderBatch(state, { columns, rows, now: 5_000, style: createStyle(false) });
        expect(lines.length).toBeLessThan(rows);
        for (const line of lines) expect(widthOf(line)).toBeLessThan(columns);
      }
  });
});
