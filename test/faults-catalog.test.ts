import { runEnded } from "../src/pipeline.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSqliteCatalog } from "../src/state/sqlite/catalog/catalog.ts";
import { openDatabase } from "../src/state/sqlite/open.ts";
import { enterSession } from "../src/state/sqlite/sessions.ts";
import { asMediaError, MediaError } from "../src/media/errors.ts";
import { createIdSource, newSession } from "../src/media/ids.ts";
import { newJob, type Step } from "../src/media/job.ts";
import { longestDelayMs } from "../src/queue/backoff.ts";
import { createSqliteQueue } from "../src/state/sqlite/queue/queue.ts";
import { createWorker } from "../src/queue/worker.ts";
import { plainSteps, type PlainStep } from "./support/run-step.ts";

/** How the worker behaves when the catalog itself fails because it is full. */

const slots = { light: 4, picture: 4, transcode: 1, speech: 1, vision: 1 };

describe("a full catalog", () => {
  let folder: string;
  let database: DatabaseSync;
  const session = newSession();
  const newId = createIdSource(session);
  const parts = () => ({
    catalog: createSqliteCatalog({ whenEnded: runEnded, database }),
    queue: createSqliteQueue({ whenEnded: runEnded, database, session, newId }),
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "dailies-full-"));
    database = openDatabase(join(folder, "dailies.db"));
    await enterSession(database, session);
  });
  afterEach(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });

  const put = (name: string, wanted: readonly Step[]) => {
    const version = newId();
    const media = { name, version, owner: "local", sha256: "0", sizeBytes: 1 };
    const source = { ...media, bucket: "uploads", key: name, contentType: "" } as const;
    return parts().catalog.apply({
      expect: { name, version: null },
      changes: [
        { type: "putMedia", media, source },
        ...wanted.map((step) => ({ type: "enqueue", job: newJob(media, step) }) as const),
      ],
    });
  };
  const work = (own: Partial<Record<Step, PlainStep>>, signal = new AbortController().signal) => {
    const { catalog, queue } = parts();
    return createWorker({
      catalog,
      queue,
      slots,
      steps: plainSteps(own),
      follow: async () => [],
      discard: async () => {},
      workDir: join(folder, "work"),
    }).run({
      signal,
      isDone: async () => (await catalog.listJobs({ state: "queued", limit: 1 })).length === 0,
    });
  };
  /** From now on the database cannot grow by a page; SQLite reports SQLITE_FULL. */
  const fill = () => database.exec("PRAGMA max_page_count = 1");
  const empty = () => database.exec("PRAGMA max_page_count = 1000000");
  /** More text than fits into the free space of a page. */
  const long = Array.from({ length: 200 }, (_, line) => `${line} ${"x".repeat(100)}`);

  it("is reported as a full disk", async () => {
    await put("a", ["probe"]);
    const version = (await parts().catalog.getMedia("a"))?.version ?? "";
    fill();
    const created = { type: "object.created", name: "a", version, twin: long.join() } as const;
    const error = await parts()
      .catalog.apply({
        expect: { name: "a", version },
        changes: [{ type: "event", event: created }],
      })
      .catch(asMediaError);
    expect(error).toMatchObject({
      code: "disk_full",
      message: "no space is left for the catalog",
      remedy: expect.stringContaining("Free some space"),
    });
  });

  it("ends the run with its error: other running jobs return to the queue, and nothing is lost", async () => {
    await put("a", ["audio", "video"]);
    let stopped: unknown;
    const video: PlainStep = ({ signal }) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => {
          stopped = signal.aborted;
          reject(new MediaError("cancelled", "stopped"));
        }),
      );
    const audio: PlainStep = async () => {
      fill();
      return { changes: [], events: [], notes: long };
    };
    const error = asMediaError(await work({ audio, video }).catch((thrown: unknown) => thrown));
    expect(error.code).toBe("disk_full");
    expect(stopped).toBe(true);
    expect(await readdir(join(folder, "work"))).toEqual([]);
    const { catalog } = parts();
    const jobs = await catalog.listJobs({});
    expect(jobs.map(({ step, state, attempts }) => [step, state, attempts])).toEqual([
      ["audio", "queued", 0],
      ["video", "queued", 0],
    ]);
    empty();
    await work({});
    const states = (await catalog.listJobs({})).map(({ state }) => state);
    expect(states).toEqual(["succeeded", "succeeded"]);
    expect(await catalog.getMedia("a")).toMatchObject({ state: "ready" });
  });

  it("does not wait for a clock that was set back", async () => {
    await put("a", ["probe"]);
    const { queue } = parts();
    const inAnHour = Date.now() + 3_600_000; // scheduled when the clock was an hour ahead
    database.prepare("UPDATE jobs SET run_after = ?").run(inAnHour);
    expect(await queue.claim({ slots })).toMatchObject({ job: { name: "a" } });
    await put("b", ["probe"]);
    const soon = Date.now() + longestDelayMs - 1_000;
    database.prepare("UPDATE jobs SET run_after = ? WHERE name = 'b'").run(soon);
    expect(await queue.claim({ slots })).toBeUndefined();
  });
});
