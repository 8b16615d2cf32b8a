import { describe, expect, it } from "vitest";
import type { Ended, LedgerState } from "./ledger-state.ts";
import { busyMs, paceOf } from "./pace.ts";
import { isWaitedFor, standingOf, startOf } from "./start.ts";
import type { BatchRow } from "./summary.ts";

const endedIn = (stamp: string, failure?: string): Ended => ({
  stamp,
  ...(failure === undefined ? {} : { failure }),
  mark: "",
  sha256: "",
  settings: "h",
  formats: [],
});

const damaged = "damaged_media";

describe("an input", () => {
  const known = { isDone: false, isChanged: false, isListed: false, settingsHash: "h" };
  it.each([
    ["new", undefined, {}, "to do"],
    ["done in this batch", endedIn("S"), { isDone: true }, "done"],
    ["done in an earlier one", endedIn("R"), { isDone: true }, "done before"],
    ["changed since", endedIn("S"), { isChanged: true }, "to do"],
    ["failed in this batch", endedIn("S", damaged), {}, "failed"],
    ["failed, and is listed", endedIn("S", damaged), { isListed: true }, "to do"],
    ["failed, and is changed since", endedIn("S", damaged), { isChanged: true }, "to do"],
    ["failed under other settings", endedIn("S", damaged), { settingsHash: "i" }, "to do"],
    ["failed for its name alone", endedIn("S", "name_conflict"), {}, "to do"],
    ["failed in an earlier one", endedIn("R", damaged), {}, "to do"],
  ] as const)("that is %s", (_, ended, more, standing) => {
    expect(standingOf({ open: "S" }, { ...known, ended, ...more })).toBe(standing);
  });
});

describe("a start", () => {
  const state = (more: Partial<LedgerState>): LedgerState => ({
    names: new Map(),
    renamed: new Map(),
    moving: new Map(),
    ended: new Map(),
    taken: new Map(),
    ...more,
  });
  const none = { toDo: 0, waiting: 0 };

  it("is a new batch, about all or what is listed", () => {
    expect(startOf(state({}), undefined, none)).toMatchObject({ isBatch: false, isNews: false });
    const all = startOf(state({}), undefined, { toDo: 1, waiting: 0 });
    expect(all).toEqual({ extent: undefined, isBatch: true, isNews: true, mayFinish: true });
    const some = startOf(state({}), new Set(["a"]), { toDo: 1, waiting: 0 });
    expect(some).toMatchObject({ extent: new Set(["a"]), isNews: true, mayFinish: true });
    expect(isWaitedFor(state({}), "b")).toBe(false);
  });

  it("goes on, and does not end while others wait that the batch is about", () => {
    const open = state({ open: "S" });
    expect(isWaitedFor(open, "b")).toBe(true);
    const more = startOf(open, new Set(["a"]), { toDo: 1, waiting: 1 });
    expect(more).toMatchObject({ extent: undefined, isBatch: true, isNews: false });
    expect(more.mayFinish).toBe(false);
    expect(startOf(open, undefined, none).mayFinish).toBe(true);
  });

  it("goes on with a list, and ends with it; with more it is about more", () => {
    const retry = state({ open: "S", extent: new Set(["a"]) });
    expect([isWaitedFor(retry, "a"), isWaitedFor(retry, "b")]).toEqual([true, false]);
    expect(startOf(retry, new Set(["a"]), none)).toMatchObject({ isNews: false, mayFinish: true });
    const wider = startOf(retry, new Set(["b"]), none);
    expect(wider).toMatchObject({ extent: new Set(["a", "b"]), isNews: true });
    expect(startOf(retry, undefined, none)).toMatchObject({ extent: undefined, isNews: true });
  });
});

describe("the pace of a batch", () => {
  it("is that of the time in which there was work", () => {
    expect(busyMs([])).toBe(0);
    expect(
      busyMs([
        [1_000, 1_010], // after a pause
        [0, 10],
        [5, 20],
        [6, 7],
      ]),
    ).toBe(30);
    const row = { job: "", input: "", createdAt: 0, files: [], durationMs: 20 } as const;
    const rows: BatchRow[] = [
      { ...row, startedAt: 0, finishedAt: 10 },
      { ...row, startedAt: 90_000, finishedAt: 90_030 },
      { ...row, startedAt: 0, finishedAt: 9, failure: { code: "internal", message: "" } },
    ];
    expect(paceOf(rows)).toBe(1);
    expect(paceOf([])).toBeUndefined();
  });
});
