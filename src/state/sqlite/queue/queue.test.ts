import { runEnded } from "../../../pipeline.ts";
import { spawnSync } from "node:child_process";
import type { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Catalog, Change } from "../../../catalog/catalog.ts";
import { createSqliteCatalog } from "../catalog/catalog.ts";
import { openDatabase } from "../open.ts";
import { enterSession } from "../sessions.ts";
import { createIdSource, newSession } from "../../../media/ids.ts";
import { newJob, type Step } from "../../../media/job.ts";
import { jobQueueContract } from "../../../queue/job-queue.contract.ts";
import type { Claim, JobQueue } from "../../../queue/job-queue.ts";
import { createSqliteQueue } from "./queue.ts";

const byPriority = () => 1;
const byAge = () => 0;

function queueOf(database: DatabaseSync, session: string, random = byPriority): JobQueue {
  return createSqliteQueue({
    whenEnded: runEnded,
    database,
    session,
    newId: idsOf(session),
    random,
  });
}

const sources = new Map<string, () => string>();

/** A session has one source of ids: two would give the same id within a millisecond. */
function idsOf(session: string): () => string {
  const source = sources.get(session) ?? createIdSource(session);
  sources.set(session, source);
  return source;
}

/** The number of a process that has just ended. */
function endedProcess(): number {
  return spawnSync("true").pid;
}

jobQueueContract("sqlite in memory", async () => {
  const database = openDatabase(":memory:");
  const [session, dead] = [newSession(), newSession()];
  await enterSession(database, session);
  const queue = queueOf(database, session);
  return {
    catalog: createSqliteCatalog({ whenEnded: runEnded, database }),
    queue,
    deadQueue: {
      ...queueOf(database, dead),
      claim: async (wish) => {
        await enterSession(database, dead);
        const held = await queueOf(database, dead).claim(wish);
        database.prepare("UPDATE sessions SET pid = ? WHERE session = ?").run(endedProcess(), dead);
        return held;
      },
    },
    close: async () => database.close(),
  };
});

describe("sqlite queue", () => {
  let database: DatabaseSync;
  let catalog: Catalog;
  const [here, there] = [newSession(), newSession()];
  const newId = idsOf(here);
  const slots = { light: 1, picture: 1, transcode: 1, speech: 1, vision: 1 };

  beforeEach(async () => {
    database = openDatabase(":memory:");
    catalog = createSqliteCatalog({ whenEnded: runEnded, database });
    await enterSession(database, here);
    await enterSession(database, there);
  });
  afterEach(() => database.close());

  const put = async (name: string, steps: readonly Step[], session?: string) => {
    const version = newId();
    const object = { bucket: "uploads", key: name, version, sha256: "0", sizeBytes: 1 } as const;
    const media = { name, version, owner: "local", sha256: "0", sizeBytes: 1 };
    const request = session === undefined ? {} : { request: { session } };
    const jobs = steps.map((step): Change => ({
      type: "enqueue",
      job: newJob(media, step),
      ...request,
    }));
    await catalog.apply({
      expect: { name, version: null },
      changes: [{ type: "putMedia", media, source: { ...object, contentType: "" } }, ...jobs],
    });
    return version;
  };
  const finish = ({ media, attempt }: Claim) =>
    catalog.apply({
      expect: { name: media.name, version: media.version, attempt },
      changes: [{ type: "finishJob", attempt, outcome: { state: "succeeded", notes: [] } }],
    });
  const setSession = (column: string, value: string | number, session: string) =>
    database.prepare(`UPDATE sessions SET ${column} = ? WHERE session = ?`).run(value, session);

  it("takes the oldest job now and then, so that one of low priority does not wait for ever", async () => {
    await put("old", ["gif"]);
    await put("young", ["audio"]);
    const [first] = [await queueOf(database, here).claim({ slots })];
    expect(first?.job.step).toBe("audio");
    await queueOf(database, here).handBack(first?.attempt ?? "");
    expect((await queueOf(database, here, byAge).claim({ slots }))?.job.step).toBe("gif");
  });

  it("leaves a slot in between to another session that waits for one", async () => {
    for (let n = 0; n < 3; n += 1) await put(`late-${n}`, ["label"], there);
    const busy = queueOf(database, here);
    const started = performance.now();
    for (let n = 0; performance.now() - started < 40_000; n += 1) {
      await put(`busy-${n}`, ["label"], here);
      const held = await busy.claim({ slots, requestedBy: here });
      if (held === undefined) break;
      await finish(held);
    }
    expect(performance.now() - started).toBeLessThan(30_000);
    const late = await queueOf(database, there).claim({ slots, requestedBy: there });
    expect(late?.media.name).toBe("late-0");
    expect(await busy.claim({ slots, requestedBy: here })).toBeUndefined();
  });

  it("keeps the slot of a superseded version's work until that has stopped", async () => {
    const version = await put("a", ["label"]);
    await put("b", ["label"]);
    const queue = queueOf(database, here);
    const held = await queue.claim({ slots });
    await catalog.apply({
      expect: { name: "a", version },
      changes: [{ type: "removeMedia", name: "a", keepBytesMs: 0 }],
    });
    expect(await queue.claim({ slots })).toBeUndefined();
    await queue.handBack(held?.attempt ?? "");
    expect((await queue.claim({ slots }))?.media.name).toBe("b");
  });

  it.each([
    ["of another machine", { host: "elsewhere", boot_id: "other" }],
    ["in another container", { pid_namespace: "pid:[1]" }],
    ["in a container of another name", { host: "twin", pid_namespace: "pid:[1]" }],
  ])("believes the lease of a process %s", async (_where, columns) => {
    await put("a", ["label"]);
    const held = await queueOf(database, there).claim({ slots });
    for (const [column, value] of Object.entries(columns)) setSession(column, value, there);
    setSession("pid", endedProcess(), there);
    const queue = queueOf(database, here);
    setSession("seen_at", Date.now() - 50_000, there);
    expect(await queue.recover()).toEqual({ takenOver: 0, deadSessions: [] });
    setSession("seen_at", Date.now() - 70_000, there);
    expect(await queue.recover()).toEqual({ takenOver: 1, deadSessions: [there] });
    const taken = await queue.claim({ slots });
    expect(taken?.job.id).toBe(held?.job.id);
    if (held) expect(await finish(held)).toBe("superseded");
    if (taken) expect(await finish(taken)).toBe("applied");
  });

  it("takes nothing from a process that it sees, however long that was silent", async () => {
    await put("a", ["label"]);
    await queueOf(database, there).claim({ slots });
    setSession("seen_at", 0, there);
    expect(await queueOf(database, here).recover()).toEqual({ takenOver: 0, deadSessions: [] });
  });

  it("takes over at once what ran when this machine was switched off", async () => {
    await put("a", ["label"]);
    await queueOf(database, there).claim({ slots });
    setSession("boot_id", "the last one", there);
    expect((await queueOf(database, here).recover()).takenOver).toBe(1);
  });

  it("lets a session that was struck by mistake come back", async () => {
    await put("a", ["label"]);
    const queue = queueOf(database, here);
    await queue.forget([there]);
    await queueOf(database, there).claim({ slots });
    expect(await queue.recover()).toEqual({ takenOver: 0, deadSessions: [] });
  });

  it("settles the media when a job to be cancelled loses its process", async () => {
    const version = await put("a", ["label"]);
    const held = await queueOf(database, there).claim({ slots });
    await catalog.apply({
      expect: { name: "a", version },
      changes: [{ type: "cancel", jobId: held?.job.id ?? "" }],
    });
    setSession("pid", endedProcess(), there);
    await queueOf(database, here).recover();
    expect((await catalog.getMedia("a"))?.state).toBe("failed");
    expect(await catalog.listJobs({})).toMatchObject([{ state: "cancelled" }]);
  });

  it("lets delayed jobs in a few at a time, also after a long standstill", async () => {
    await put("a", ["label"]);
    database.exec("UPDATE jobs SET run_after = 1");
    const copy = `INSERT INTO jobs (id, name, version, owner, step, part, settings, kind, priority, state, run_after, enqueued_at)
      SELECT id || value, name, version, owner, step, part || value, settings, kind, priority, state, 1, enqueued_at
      FROM jobs, (WITH RECURSIVE numbers (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM numbers LIMIT 300) SELECT value FROM numbers)`;
    database.exec(copy);
    const delayed = () =>
      database.prepare("SELECT count(*) AS count FROM jobs WHERE run_after IS NOT NULL").get();
    expect(await queueOf(database, here).claim({ slots })).toBeDefined();
    expect(delayed()).toEqual({ count: 201 });
  });
});
