import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Catalog, Change, JobOutcome } from "../catalog/catalog.ts";
import { createIdSource, newSession } from "../media/ids.ts";
import { newJob, type Step } from "../media/job.ts";
import type { Claim, JobQueue, Slots } from "./job-queue.ts";

const newId = createIdSource(newSession());
const slots: Slots = { light: 2, picture: 2, transcode: 1, speech: 1, vision: 1 };

/** A catalog, with a queue on it for one or for another living process, or for one that died. */
export interface QueueStage {
  readonly catalog: Catalog;
  readonly queue: JobQueue;
  /** A queue whose process is gone. */
  readonly deadQueue: JobQueue;
  close(): Promise<void>;
}

/** What every queue that workers pull from must do. */
export function jobQueueContract(kind: string, open: () => Promise<QueueStage>): void {
  describe(`job queue: ${kind}`, () => {
    let stage: QueueStage;
    beforeEach(async () => void (stage = await open()));
    afterEach(() => stage.close());

    const enqueue = async (
      name: string,
      wanted: readonly Step[],
      session?: string,
      owner = "local",
    ) => {
      const version = newId();
      const object = { bucket: "uploads", key: name, version, sha256: "0" } as const;
      const source = { ...object, sizeBytes: 1, contentType: "" };
      const media = { name, version, owner, sha256: "0", sizeBytes: 1 };
      const jobs = wanted.map((step): Change => ({
        type: "enqueue",
        job: newJob(media, step),
        ...(session === undefined ? {} : { request: { session } }),
      }));
      await stage.catalog.apply({
        expect: { name, version: null },
        changes: [{ type: "putMedia", media, source }, ...jobs],
      });
      return version;
    };
    const claim = (options = {}) => stage.queue.claim({ slots, ...options });
    const stepsOf = (claims: (Claim | undefined)[]) =>
      claims.map((claimed) => claimed && `${claimed.media.name} ${claimed.job.step}`);
    const finish = ({ media, attempt }: Claim, outcome: JobOutcome) =>
      stage.catalog.apply({
        expect: { name: media.name, version: media.version, attempt },
        changes: [{ type: "finishJob", attempt, outcome }],
      });
    const must = async (claimed: Promise<Claim | undefined>): Promise<Claim> => {
      const found = await claimed;
      if (found === undefined) throw new Error("nothing to claim");
      return found;
    };

    it("hands out each job once, the first steps first", async () => {
      await enqueue("a", ["label", "probe", "transcribe"]);
      const claims = [await claim(), await claim(), await claim(), await claim()];
      expect(stepsOf(claims)).toEqual(["a probe", "a transcribe", "a label", undefined]);
      expect(claims[0]?.job).toMatchObject({ state: "running", attempts: 1 });
    });

    it("gives one media's transcoding one slot, and the next media none meanwhile", async () => {
      await enqueue("a", ["gif", "video", "audio", "poster"]);
      await enqueue("b", ["audio"]);
      const claims = [];
      for (let n = 0; n < 5; n += 1) claims.push(await claim());
      expect(stepsOf(claims)).toEqual(["a audio", "a poster", "a video", "a gif", undefined]);
      for (const held of claims.slice(0, 4))
        if (held) await finish(held, { state: "succeeded", notes: [] });
      expect(stepsOf([await claim()])).toEqual(["b audio"]);
    });

    it("lets owners take turns, however much one of them asks for", async () => {
      for (let n = 0; n < 20; n += 1) await enqueue(`ada/${n}`, ["transcribe"], undefined, "ada");
      for (const name of ["bob/0", "bob/1"])
        await enqueue(name, ["label", "probe"], undefined, "bob");
      await enqueue("cyd/0", ["transcribe"], undefined, "cyd");
      const wide = { slots: { ...slots, light: 1, speech: 3 } };
      const three = [await must(claim(wide)), await must(claim(wide)), await must(claim(wide))];
      expect(stepsOf(three).toSorted()).toEqual([
        "ada/0 transcribe",
        "bob/0 probe",
        "cyd/0 transcribe",
      ]);
      await enqueue("cyd/1", ["transcribe"], undefined, "cyd");
      await enqueue("dan/0", ["transcribe"], undefined, "dan");
      expect(stepsOf([await claim(wide)])).toEqual(["dan/0 transcribe"]);
      // Of three slots each of three holds one; one that ends goes to whom least is done for.
      const first = three.find(({ media }) => media.owner === "ada");
      if (first) await finish(first, { state: "succeeded", notes: [] });
      expect(stepsOf([await claim(wide)])).toEqual(["ada/1 transcribe"]);
      const second = three.find(({ media }) => media.owner === "cyd");
      if (second) await finish(second, { state: "succeeded", notes: [] });
      expect(stepsOf([await claim(wide)])).toEqual(["cyd/1 transcribe"]);
    });

    it("keeps to a session's own jobs when asked", async () => {
      await enqueue("others", ["probe"], "s1");
      await enqueue("own", ["probe"], "s2");
      expect(
        stepsOf([await claim({ requestedBy: "s2" }), await claim({ requestedBy: "s2" })]),
      ).toEqual(["own probe", undefined]);
    });

    it("holds a job that is to be tried again until its time", async () => {
      await enqueue("a", ["probe"]);
      const failure = { code: "internal", message: "m", remedy: "r" } as const;
      const dueAt = Date.now() + 150;
      await finish(await must(claim()), { state: "queued", runAfter: dueAt, failure, details: {} });
      expect(await claim()).toBeUndefined();
      expect(await stage.queue.nextDueAt()).toBe(dueAt);
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect((await must(claim())).job.attempts).toBe(2);
    });

    it("keeps a job handed back as good as new", async () => {
      await enqueue("a", ["probe"]);
      const held = await must(claim());
      await stage.queue.handBack(held.attempt);
      expect(await stage.queue.heartbeat(held.attempt, undefined)).toBe("lost");
      expect((await must(claim())).job.attempts).toBe(1);
    });

    it("tells at the heartbeat what has become of the job", async () => {
      const version = await enqueue("a", ["probe", "label"]);
      const held = await must(claim());
      expect(await stage.queue.heartbeat(held.attempt, { fraction: 0.5 })).toBe("held");
      const [job] = await stage.catalog.listJobs({ step: "probe" });
      expect(job?.progress).toEqual({ fraction: 0.5 });
      const write = (change: Change) =>
        stage.catalog.apply({ expect: { name: "a", version }, changes: [change] });
      await write({ type: "cancel", jobId: held.job.id });
      expect(await stage.queue.heartbeat(held.attempt, undefined)).toBe("cancel");
      await finish(held, { state: "cancelled" });
      const label = await must(claim());
      await write({ type: "removeMedia", name: "a", keepBytesMs: 0 });
      expect(await stage.queue.heartbeat(label.attempt, undefined)).toBe("lost");
      expect(await finish(label, { state: "succeeded", notes: [] })).toBe("superseded");
    });

    it("discards the result of an attempt that lost its job", async () => {
      await enqueue("a", ["probe"]);
      const lost = await must(stage.deadQueue.claim({ slots }));
      expect(lost.deaths).toBe(0);
      const { takenOver, deadSessions } = await stage.queue.recover();
      expect({ takenOver, dead: deadSessions.length }).toEqual({ takenOver: 1, dead: 1 });
      await stage.queue.forget(deadSessions);
      expect((await stage.queue.recover()).deadSessions).toEqual([]);
      const taken = await must(claim());
      expect(taken.job.id).toBe(lost.job.id);
      expect(taken.deaths).toBe(1);
      expect(await finish(lost, { state: "succeeded", notes: [] })).toBe("superseded");
      expect(await finish(taken, { state: "succeeded", notes: ["n"] })).toBe("applied");
      const outcomes = (await stage.catalog.listAttempts("a")).map((attempt) => attempt.outcome);
      expect(outcomes).toEqual(["lost", "succeeded"]);
      expect((await stage.catalog.getMedia("a"))?.state).toBe("ready");
    });

    it("leaves the jobs of living processes alone when it recovers", async () => {
      await enqueue("a", ["probe"]);
      const held = await must(claim());
      const { takenOver, deadSessions } = await stage.queue.recover();
      expect(takenOver).toBe(0);
      expect(deadSessions).toEqual([]);
      expect(await stage.queue.heartbeat(held.attempt, undefined)).toBe("held");
    });

    it("leaves work alone that a provider has accepted, whichever process began it", async () => {
      await enqueue("a", ["transcribe"]);
      await enqueue("b", ["transcribe"]);
      const begun = await must(stage.deadQueue.claim({ slots }));
      const { media, attempt } = begun;
      const holder = { name: media.name, version: media.version, attempt };
      const accept: Change = { type: "acceptJob", attempt, engine: "far/1", externalId: "job-1" };
      expect(await stage.catalog.apply({ expect: holder, changes: [accept] })).toBe("applied");
      expect((await stage.queue.recover()).takenOver).toBe(0);
      expect(await claim(), "it keeps its slot").toBeUndefined();
      expect(await stage.queue.held(attempt)).toMatchObject({ attempt, deaths: 0 });
      const subject = { name: media.name, version: media.version };
      expect(await stage.queue.listAccepted()).toMatchObject([
        { attempt, engine: "far/1", externalId: "job-1", step: "transcribe", media: subject },
      ]);
      expect(await finish(begun, { state: "succeeded", notes: [] })).toBe("applied");
      expect(await stage.queue.listAccepted()).toEqual([]);
      expect(stepsOf([await claim()])).toEqual(["b transcribe"]);
    });

    it("knows accepted work of a media file that is gone, until it is handed back", async () => {
      const version = await enqueue("a", ["transcribe"]);
      const { attempt } = await must(claim());
      const write = (change: Change) =>
        stage.catalog.apply({ expect: { name: "a", version }, changes: [change] });
      await write({ type: "acceptJob", attempt, engine: "far/1", externalId: "job-1" });
      await write({ type: "removeMedia", name: "a", keepBytesMs: 0 });
      expect(await stage.queue.listAccepted()).toMatchObject([{ attempt, media: { version } }]);
      expect(await stage.queue.heartbeat(attempt, undefined)).toBe("lost");
      expect(await stage.queue.held(attempt)).toBeUndefined();
      await stage.queue.handBack(attempt);
      expect(await stage.queue.listAccepted()).toEqual([]);
    });

    it("begins a job once, however often it is told to", async () => {
      const version = await enqueue("a", ["probe"]);
      const [job] = await stage.catalog.listJobs({ media: { name: "a", version } });
      const start = (attempt: string) =>
        stage.catalog.apply({
          expect: { name: "a", version },
          changes: [{ type: "startJob", jobId: job?.id ?? "", attempt, session: "s" }],
        });
      const [first, second] = [newId(), newId()];
      expect(await start(first)).toBe("applied");
      expect(await start(second)).toBe("superseded");
      const expected = { name: "a", version, attempt: first };
      const outcome: JobOutcome = { state: "succeeded", notes: [] };
      const end: Change = { type: "finishJob", attempt: first, outcome };
      expect(await stage.catalog.apply({ expect: expected, changes: [end] })).toBe("applied");
      expect(await start(second)).toBe("superseded");
      expect((await stage.catalog.listAttempts("a")).map(({ id }) => id)).toEqual([first]);
    });

    const messageOf = async (name: string) => {
      const [job] = await stage.catalog.listJobs({ name });
      if (job === undefined) throw new Error("no job");
      return { name: job.name, version: job.version, jobId: job.id };
    };

    it("begins the job of a message once, and none that has ended or was replaced", async () => {
      await enqueue("a", ["probe"]);
      const message = await messageOf("a");
      const started = await must(stage.queue.start(message));
      expect(started.job).toMatchObject({ id: message.jobId, state: "running", attempts: 1 });
      expect(await stage.queue.held(started.attempt)).toEqual(started);
      expect(await stage.queue.start(message)).toBeUndefined();
      await finish(started, { state: "succeeded", notes: [] });
      expect(await stage.queue.start(message)).toBeUndefined();
      expect(await stage.queue.held(started.attempt)).toBeUndefined();
      expect(await stage.queue.start({ ...message, version: newId() })).toBeUndefined();
    });

    it("begins no job of a message while it is paused", async () => {
      await enqueue("a", ["probe"]);
      await stage.queue.pause();
      expect(await stage.queue.start(await messageOf("a"))).toBeUndefined();
    });

    it("hands nothing out while it is paused, and lets what runs go on", async () => {
      await enqueue("a", ["probe", "label"]);
      const held = await must(claim());
      expect(await stage.queue.pausedSince()).toBeUndefined();
      await stage.queue.pause();
      const since = await stage.queue.pausedSince();
      expect(since).toBeGreaterThan(Date.now() - 10_000);
      await stage.queue.pause();
      expect(await stage.queue.pausedSince()).toBe(since);
      expect(await claim()).toBeUndefined();
      expect(await stage.queue.heartbeat(held.attempt, undefined)).toBe("held");
      expect(await finish(held, { state: "succeeded", notes: [] })).toBe("applied");
      await stage.queue.resume();
      expect((await must(claim())).job.step).toBe("label");
    });

    it("keeps the error of a job that failed for good", async () => {
      await enqueue("a", ["probe"]);
      const failure = { code: "damaged_media", message: "broken", remedy: "send again" } as const;
      await finish(await must(claim()), { state: "failed", failure, details: { stderr: "moov" } });
      expect(await stage.catalog.listJobs({ state: "failed" })).toMatchObject([{ failure }]);
      expect(await stage.catalog.listAttempts("a")).toMatchObject([
        { details: { stderr: "moov" } },
      ]);
      expect((await stage.catalog.getMedia("a"))?.state).toBe("failed");
    });
  });
}
