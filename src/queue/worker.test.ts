import { runEnded } from "../pipeline.ts";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { plainSteps, type PlainStep } from "../../test/support/run-step.ts";
import type { Catalog, Change } from "../catalog/catalog.ts";
import { createSqliteCatalog } from "../state/sqlite/catalog/catalog.ts";
import { openDatabase } from "../state/sqlite/open.ts";
import { enterSession } from "../state/sqlite/sessions.ts";
import { MediaError } from "../media/errors.ts";
import { createIdSource, newSession } from "../media/ids.ts";
import { newJob, type Step } from "../media/job.ts";
import type { JobQueue } from "./job-queue.ts";
import { createSqliteQueue } from "../state/sqlite/queue/queue.ts";
import type { StepOutcome } from "./step.ts";
import { createWorker, type WorkerOptions } from "./worker.ts";

const nothing: StepOutcome = { changes: [], events: [], notes: [] };
const slots = { light: 4, picture: 4, transcode: 1, speech: 1, vision: 1 };

describe("worker", () => {
  let dir: string;
  let catalog: Catalog;
  let queue: JobQueue;
  const session = newSession();
  const newId = createIdSource(session);

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "dailies-worker-"));
    const database = openDatabase(":memory:");
    await enterSession(database, session);
    catalog = createSqliteCatalog({ whenEnded: runEnded, database });
    queue = createSqliteQueue({ whenEnded: runEnded, database, session, newId });
  });
  afterEach(async () => {
    expect(await readdir(dir), "folders of attempts are removed").toEqual([]);
    await catalog.close();
    await rm(dir, { recursive: true });
  });

  const put = async (name: string, wanted: readonly Step[]) => {
    const version = newId();
    const source = { bucket: "uploads", key: name, version, sha256: "0" } as const;
    const media = { name, version, owner: "local", sha256: "0", sizeBytes: 1 };
    const enqueue = wanted.map((step): Change => ({ type: "enqueue", job: newJob(media, step) }));
    await catalog.apply({
      expect: { name, version: null },
      changes: [
        { type: "putMedia", media, source: { ...source, sizeBytes: 1, contentType: "" } },
        ...enqueue,
      ],
    });
    return version;
  };

  const run = async (own: Partial<Record<Step, PlainStep>>, more: Partial<WorkerOptions> = {}) => {
    const stop = new AbortController();
    const worker = createWorker({
      queue,
      catalog,
      slots,
      steps: plainSteps(own),
      follow: async () => [],
      discard: async () => {},
      workDir: dir,
      ...more,
    });
    const isDone = async () =>
      (await catalog.listJobs({ state: "queued" })).every((job) => job.runAfter !== undefined);
    return { stop, ended: worker.run({ signal: stop.signal, isDone }) };
  };
  const stateOf = async (step: Step) => (await catalog.listJobs({ step }))[0]?.state;

  it("runs what waits and what follows from it, until the media file is ready", async () => {
    const version = await put("a", ["probe"]);
    const probed: PlainStep = async ({ media }) => ({
      ...nothing,
      events: [{ type: "labels.created", name: media.name, version: media.version, labels: "x" }],
      notes: ["seen"],
    });
    const follow: WorkerOptions["follow"] = async (event) => [
      { type: "enqueue", job: newJob(event, "index") },
    ];
    await (
      await run({ probe: probed }, { follow })
    ).ended;
    expect(await catalog.getMedia("a")).toMatchObject({ version, state: "ready" });
    const events = (await catalog.listEvents("a")).map(({ event }) => event.type);
    expect(events).toEqual(["labels.created", "media.ready"]);
    expect(await catalog.listAttempts("a")).toMatchObject([{ notes: ["seen"] }, { step: "index" }]);
  });

  it("keeps the results of the other steps when one fails, with its reason", async () => {
    await put("a", ["gif", "label"]);
    const broken: PlainStep = async () => {
      throw new MediaError("damaged_media", "no frame could be read", { details: { stderr: "x" } });
    };
    await (
      await run({ gif: broken })
    ).ended;
    expect(await stateOf("label")).toBe("succeeded");
    const [gif] = await catalog.listJobs({ step: "gif" });
    expect(gif).toMatchObject({ state: "failed", failure: { code: "damaged_media" } });
    const types = (await catalog.listEvents("a")).map(({ event }) => event.type);
    expect(types).toEqual(["step.failed", "media.failed"]);
  });

  it("gives up on the third try", async () => {
    await put("a", ["gif"]);
    const flaky: PlainStep = async () => {
      throw new MediaError("engine_failed", "it fell over");
    };
    for (let tries = 0; tries < 3; tries += 1)
      await (
        await run({ gif: flaky }, { delayMs: () => 0 })
      ).ended;
    const [gif] = await catalog.listJobs({ step: "gif" });
    expect(gif).toMatchObject({ state: "failed", attempts: 3 });
    expect((await catalog.listAttempts("a")).map((attempt) => attempt.outcome)).toEqual([
      "queued",
      "queued",
      "failed",
    ]);
  });

  it("fails a job whose process died again and again, instead of beginning it once more", async () => {
    await put("a", ["gif"]);
    const deadly: PlainStep = async () => {
      throw new Error("never to be run");
    };
    const claim: JobQueue["claim"] = async (wish) => {
      const held = await queue.claim(wish);
      return held && { ...held, deaths: 10 };
    };
    await (
      await run({ gif: deadly }, { queue: { ...queue, claim } })
    ).ended;
    const [gif] = await catalog.listJobs({ step: "gif" });
    expect(gif).toMatchObject({ state: "failed", failure: { code: "worker_died" } });
    const types = (await catalog.listEvents("a")).map(({ event }) => event.type);
    expect(types).toEqual(["step.failed", "media.failed"]);
  });

  it("does not count the deaths of its process as tries", async () => {
    await put("a", ["gif"]);
    const flaky: PlainStep = async () => {
      throw new MediaError("engine_failed", "it fell over");
    };
    const claim: JobQueue["claim"] = async (wish) => {
      const held = await queue.claim(wish);
      return held && { ...held, job: { ...held.job, attempts: 4 }, deaths: 3 };
    };
    await (
      await run({ gif: flaky }, { queue: { ...queue, claim } })
    ).ended;
    expect(await stateOf("gif")).toBe("queued");
  });

  it("lets a job that met a full disk wait without counting the try, or fails it like others", async () => {
    await put("a", ["gif"]);
    const crowded: PlainStep = async () => {
      throw new MediaError("disk_full", "no space is left");
    };
    await (
      await run({ gif: crowded }, { waitsForSpace: true })
    ).ended;
    const [gif] = await catalog.listJobs({ step: "gif" });
    expect(gif).toMatchObject({ state: "queued", attempts: 0, failure: { code: "disk_full" } });
    expect((gif?.runAfter ?? 0) - Date.now()).toBeGreaterThan(20_000);
  });

  it("begins nothing without space: it waits for space, or ends with an error", async () => {
    await put("a", ["gif"]);
    const full = async () => false;
    const worker = await run({}, { hasSpace: full });
    await expect(worker.ended).rejects.toMatchObject({ code: "disk_full" });
    let isEnough = false;
    const waiting = await run({}, { hasSpace: async () => isEnough, waitsForSpace: true });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await stateOf("gif")).toBe("queued");
    isEnough = true;
    await waiting.ended;
    expect(await stateOf("gif")).toBe("succeeded");
  });

  it("tries later what may succeed then", async () => {
    await put("a", ["gif"]);
    const flaky: PlainStep = async () => {
      throw new MediaError("engine_failed", "it fell over");
    };
    await (
      await run({ gif: flaky })
    ).ended;
    const [gif] = await catalog.listJobs({ step: "gif" });
    expect(gif).toMatchObject({ state: "queued", attempts: 1 });
    expect(gif?.runAfter).toBeGreaterThan(Date.now());
    expect((await catalog.getMedia("a"))?.state).toBe("processing");
  });

  it("aborts a job that is cancelled while it runs", async () => {
    const version = await put("a", ["gif"]);
    const endless: PlainStep = async ({ job, signal }) => {
      await catalog.apply({
        expect: { name: "a", version },
        changes: [{ type: "cancel", jobId: job.id }],
      });
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      throw new MediaError("cancelled", "cancelled");
    };
    await (
      await run({ gif: endless })
    ).ended;
    expect(await stateOf("gif")).toBe("cancelled");
  });

  it("hands its jobs back when it is told to stop", async () => {
    await put("a", ["gif"]);
    const started = Promise.withResolvers<void>();
    const endless: PlainStep = async ({ signal, workDir }) => {
      await writeFile(join(workDir, "half.mp4"), "half");
      started.resolve();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      throw new MediaError("cancelled", "cancelled");
    };
    const { stop, ended } = await run({ gif: endless });
    await started.promise;
    stop.abort();
    await ended;
    expect(await catalog.listJobs({ step: "gif" })).toMatchObject([
      { state: "queued", attempts: 0 },
    ]);
  });

  it("discards what a job made for a version that was removed", async () => {
    const version = await put("a", ["gif"]);
    const discarded: Change[] = [];
    const late: PlainStep = async ({ media }) => {
      await catalog.apply({
        expect: { name: "a", version },
        changes: [{ type: "removeMedia", name: "a", keepBytesMs: 0 }],
      });
      const object = { bucket: "outputs", key: "k", version: newId(), sha256: "0" } as const;
      const stored = { ...object, sizeBytes: 1, contentType: "" };
      return {
        ...nothing,
        changes: [{ type: "putOutput", version: media.version, object: stored }],
      };
    };
    await (
      await run({ gif: late }, { discard: async (made) => void discarded.push(...made) })
    ).ended;
    expect(discarded).toMatchObject([{ type: "putOutput" }]);
    expect(await catalog.getMedia("a")).toBeUndefined();
    expect(await catalog.listEvents("a")).toEqual([]);
  });
});
