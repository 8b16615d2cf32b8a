import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { Catalog, Change } from "../../src/catalog/catalog.ts";
import { attemptOfToken } from "../../src/media/attempt-token.ts";
import { createIdSource, newSession } from "../../src/media/ids.ts";
import { newJob, type Job } from "../../src/media/job.ts";
import { runEnded } from "../../src/pipeline.ts";
import { createCollector, type Collector } from "../../src/queue/collector.ts";
import type { JobQueue } from "../../src/queue/job-queue.ts";
import { createPerform, type Perform } from "../../src/queue/perform.ts";
import type { Steps } from "../../src/queue/step.ts";
import { createSqliteCatalog } from "../../src/state/sqlite/catalog/catalog.ts";
import { openDatabase } from "../../src/state/sqlite/open.ts";
import { createSqliteQueue } from "../../src/state/sqlite/queue/queue.ts";
import { disownSession, enterSession } from "../../src/state/sqlite/sessions.ts";
import type { FakeProvider } from "../support/fake-provider.ts";
import { plainSteps } from "../support/run-step.ts";
import { followRemote, remoteStep, remoteSteps } from "./remote-steps.ts";
import { createLife, mortal, type Life } from "./mortal.ts";

const isOpen = ({ state }: Job) => state === "queued" || state === "running";

/** One simulated process at work on the library. */
export interface Process {
  readonly life: Life;
  readonly queue: JobQueue;
  readonly perform: Perform;
  readonly collector: Collector;
}

/** A library, the provider, and any number of processes that may die. */
export interface RemoteWorld {
  readonly catalog: Catalog;
  readonly queue: JobQueue;
  /** Starts a process that dies at the nth action of its ports. Default: never. */
  start(passages?: number): Promise<Process>;
  /** Counts a process as dead for the others. */
  markDead(process: Process): void;
  put(name: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Cancels what is open. */
  cancel(name: string): Promise<void>;
  /** Queues again what failed or was cancelled. */
  retry(name: string): Promise<void>;
  jobsOf(name: string): Promise<readonly Job[]>;
  /** Whether any job is open, or any slot is held. */
  isBusy(): Promise<boolean>;
  /** Whether it was recorded that the provider accepted the work of this token. */
  wasAccepted(token: string): boolean;
  /** Checks that everything has ended, each media file once for each time that it had work. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Hooks that a test uses to act between two actions of a process. */
export interface Hooks {
  /** The provider has accepted the work, and that is not recorded yet. */
  readonly afterBegin?: () => Promise<void>;
  readonly beforeConclude?: () => Promise<void>;
}

export function createRemoteWorld(provider: FakeProvider, hooks: Hooks = {}): RemoteWorld {
  const database = openDatabase(":memory:");
  const dir = mkdtempSync(join(tmpdir(), "dailies-remote-"));
  const catalog = createSqliteCatalog({ database, whenEnded: runEnded });
  const ids = createIdSource(newSession());
  const queueOf = (session: string): JobQueue =>
    createSqliteQueue({ database, session, newId: createIdSource(session), whenEnded: runEnded });
  const accepted = new Set<string>();
  const watched: Catalog = {
    ...catalog,
    async apply(write) {
      const applied = await catalog.apply(write);
      for (const change of write.changes)
        if (change.type === "acceptJob" && applied === "applied") accepted.add(change.attempt);
      return applied;
    },
  };
  /** How often each version has had work. */
  const runs = new Map<string, number>();
  const heldSlots = () => database.prepare("SELECT * FROM held_slots").all();
  const sessions = new Map<Process, string>();
  const queue = queueOf(newSession());

  async function jobsOf(name: string): Promise<readonly Job[]> {
    const media = await catalog.getMedia(name);
    return media === undefined ? [] : catalog.listJobs({ media });
  }

  /** The steps of a process that may die. */
  function stepsFor(life: Life): Steps {
    const { engine } = provider;
    const remote = engine.remote && mortal(engine.remote, life);
    const dying = mortal(engine, life);
    const own: FakeProvider["engine"] = {
      id: engine.id,
      async begin(request, options) {
        const begun = await dying.begin(request, options);
        await hooks.afterBegin?.();
        return begun;
      },
      ...(remote && { remote }),
    };
    const plain = mortal(remoteStep(own), life);
    const step: typeof plain = {
      engineOf: () => own,
      requestOf: (context) => plain.requestOf(context),
      async conclude(context, result) {
        await hooks.beforeConclude?.();
        return plain.conclude(context, result);
      },
    };
    return { ...plainSteps({}), label: step, transcribe: step };
  }

  return {
    catalog,
    queue,
    async start(passages = Infinity) {
      const session = newSession();
      await enterSession(database, session);
      const life = createLife(passages);
      const own = mortal(queueOf(session), life);
      const parts = {
        queue: own,
        catalog: mortal(watched, life),
        steps: stepsFor(life),
        follow: followRemote,
        discard: async () => {},
        workDir: join(dir, session),
        delayMs: () => 1_000,
      };
      const collector = createCollector(parts);
      const perform = createPerform({
        ...parts,
        onAccepted: () => collector.accepted(),
      });
      const process = { life, queue: own, perform, collector };
      sessions.set(process, session);
      return process;
    },
    markDead(process) {
      process.life.end();
      disownSession(database, sessions.get(process) ?? "");
    },
    async put(name) {
      const version = ids();
      const object = { bucket: "uploads", key: name, version, sha256: version } as const;
      const media = { name, version, owner: "local", sha256: version, sizeBytes: 1 };
      const before = await catalog.getMedia(name);
      await catalog.apply({
        expect: { name, version: before?.version ?? null },
        changes: [
          { type: "putMedia", media, source: { ...object, sizeBytes: 1, contentType: "" } },
          ...remoteSteps.map((step): Change => ({ type: "enqueue", job: newJob(media, step) })),
        ],
      });
      runs.set(version, 1);
    },
    async remove(name) {
      const media = await catalog.getMedia(name);
      if (media === undefined) return;
      const changes: Change[] = [{ type: "removeMedia", name, keepBytesMs: 0 }];
      await catalog.apply({ expect: media, changes });
    },
    async cancel(name) {
      const media = await catalog.getMedia(name);
      const open = (await jobsOf(name)).filter(isOpen);
      if (media === undefined) return;
      const changes = open.map((job): Change => ({ type: "cancel", jobId: job.id }));
      await catalog.apply({ expect: media, changes });
    },
    async retry(name) {
      const media = await catalog.getMedia(name);
      const undone = (await jobsOf(name)).filter(
        ({ state }) => state === "failed" || state === "cancelled",
      );
      if (media === undefined || undone.length === 0) return;
      const changes = undone.map((job): Change => ({ type: "retry", jobId: job.id }));
      await catalog.apply({ expect: media, changes });
      if (media.state !== "processing") runs.set(media.version, (runs.get(media.version) ?? 0) + 1);
    },
    jobsOf,
    isBusy: async () =>
      heldSlots().length > 0 || (await catalog.listJobs({ state: "queued" })).length > 0,
    wasAccepted: (token) => accepted.has(attemptOfToken(token)?.attempt ?? ""),
    async check() {
      expect(heldSlots()).toEqual([]);
      for (const { name, version, state } of await catalog.listMedia({})) {
        const jobs = await jobsOf(name);
        expect(jobs.filter(isOpen)).toEqual([]);
        const steps = jobs.map(({ step }) => step);
        expect(steps).toEqual(expect.arrayContaining([...remoteSteps]));
        const succeeded = jobs.filter((job) => job.state === "succeeded");
        const remote = succeeded.filter(({ step }) => remoteSteps.some((one) => one === step));
        expect(steps.filter((step) => step === "index")).toHaveLength(remote.length);
        expect(state).toBe(succeeded.length === jobs.length ? "ready" : "failed");
        const events = (await catalog.listEvents(name)).map(({ event }) => event);
        const ends = events.filter(
          (event) =>
            event.version === version &&
            (event.type === "media.ready" || event.type === "media.failed"),
        );
        expect(ends, "ends").toHaveLength(runs.get(version) ?? 0);
        const attempts = await catalog.listAttempts(name);
        expect(new Set(attempts.map(({ id }) => id)).size).toBe(attempts.length);
        expect(attempts.filter(({ outcome }) => outcome === undefined)).toEqual([]);
      }
    },
    async close() {
      await catalog.close();
      rmSync(dir, { recursive: true });
    },
  };
}
