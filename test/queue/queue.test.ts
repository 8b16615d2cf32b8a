import { runEnded } from "../../src/pipeline.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSqliteCatalog } from "../../src/state/sqlite/catalog/catalog.ts";
import { openDatabase } from "../../src/state/sqlite/open.ts";
import { createIdSource, newSession } from "../../src/media/ids.ts";
import type { SlotKind, Step } from "../../src/media/job.ts";
import { imageFacts } from "../../src/transcode/facts.fixture.ts";
import { mostAtOnce, putMedia, startProcess, timesFinished, type Order } from "./processes.ts";

/** Whole processes on one database file, like several commands next to a server. */
describe("a queue that several processes pull from", () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "dailies-queue-"))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const slots = { light: 3, picture: 3, transcode: 2, speech: 1, vision: 2 };
  const order = (path: string): Order => ({
    path,
    slots,
    jobMs: 4,
    forMs: 40_000,
    returnRate: 0.05,
  });
  const silent = (text: string) => text.trim();

  it("keeps the limits of slots and does each job exactly once, although some processes are killed", async () => {
    const path = join(folder, "many.db");
    const catalog = createSqliteCatalog({ whenEnded: runEnded, database: openDatabase(path) });
    const newId = createIdSource(newSession());
    const steps: Step[] = ["probe", "audio", "poster", "transcribe", "label"];
    for (let n = 0; n < 60; n += 1)
      await putMedia(catalog, { name: `clip-${n}`, version: newId() }, steps);
    for (let n = 0; n < 20; n += 1)
      await putMedia(
        catalog,
        { name: `photo-${n}`, version: newId() },
        steps,
        imageFacts("jpeg_pipe", {}),
      );
    const all = await Promise.all([
      startProcess(order(path)),
      startProcess(order(path)),
      startProcess(order(path)),
      startProcess({ ...order(path), dieAfter: 15 }),
      startProcess({ ...order(path), dieAfter: 40 }),
    ]);
    expect(all.map(({ stderr }) => silent(stderr))).toEqual(["", "", "", "", ""]);
    expect(all.filter(({ signal }) => signal === "SIGKILL")).toHaveLength(2);
    for (const kind of Object.keys(slots) as SlotKind[])
      expect({ kind, most: mostAtOnce(all, kind) }).toEqual({ kind, most: slots[kind] });
    const times = [...timesFinished(all).values()];
    const jobs = await catalog.listJobs({});
    expect(jobs.filter(({ state }) => state !== "succeeded")).toEqual([]);
    expect(Math.max(...times)).toBe(1);
    expect((await catalog.listMedia({})).filter(({ state }) => state !== "ready")).toEqual([]);
    await catalog.close();
  });

  it("can be opened by many processes at once, also when it is new", async () => {
    const path = join(folder, "new", "new.db");
    const all = await Promise.all(Array.from({ length: 4 }, () => startProcess(order(path))));
    expect(all.map(({ stderr }) => silent(stderr))).toEqual(["", "", "", ""]);
  });
});
