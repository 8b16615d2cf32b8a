import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MediaError } from "../../src/media/errors.ts";
import {
  createFakeProvider,
  prompt,
  type Behaviour,
  type FakeProvider,
} from "../support/fake-provider.ts";
import { slots } from "./remote-steps.ts";
import { createRemoteWorld, type Hooks, type Process, type RemoteWorld } from "./remote-world.ts";

const times = { firstAskMs: 5_000, longestAskMs: 60_000, maxMs: 600_000 };
const never = new AbortController().signal;
const slow: Behaviour = { ...prompt, takesMs: 20_000, eventsAfterMs: [] };
const endless: Behaviour = { begin: "accepts", ends: "done", eventsAfterMs: [], brokenCalls: 0 };

describe("collecting accepted work", () => {
  let provider: FakeProvider;
  let world: RemoteWorld;
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: 1_800_000_000_000 }));
  afterEach(async () => {
    await world.close();
    provider.close();
    vi.useRealTimers();
  });

  /** A library with one media file. The provider treats its label job with this behaviour. */
  async function open(behaviour: Behaviour, hooks: Hooks = {}): Promise<Process> {
    provider = createFakeProvider({ times, behaviour: () => behaviour });
    world = createRemoteWorld(provider, hooks);
    await world.put("a");
    return world.start();
  }
  const wait = (ms: number) => void vi.setSystemTime(Date.now() + ms);
  const claim = async ({ queue }: Process) => {
    const claimed = await queue.claim({ slots });
    if (claimed === undefined) throw new Error("nothing to claim");
    return claimed;
  };
  const beginOne = async (process: Process) => process.perform(await claim(process), never);
  const first = async () => {
    const [work] = provider.works();
    if (work === undefined) throw new Error("nothing was begun");
    return work;
  };
  const jobState = async () => {
    const { subject } = await first();
    return (await world.jobsOf("a")).find(({ id }) => id === subject);
  };

  it("keeps the job running and its slot taken until the work has ended elsewhere", async () => {
    const process = await open(slow);
    await beginOne(process);
    expect(await jobState()).toMatchObject({ state: "running", attempts: 1 });
    wait(6_000);
    expect(await process.collector.sweep(never)).toBe(1);
    expect(await jobState()).toMatchObject({ state: "running" });
    wait(30_000);
    expect(await process.collector.sweep(never)).toBe(0);
    expect(await jobState()).toMatchObject({ state: "succeeded" });
    expect(await world.queue.listAccepted()).toEqual([]);
  });

  it("concludes at once after an event, and changes nothing when the event comes again", async () => {
    const process = await open(prompt);
    await beginOne(process);
    const { externalId } = await first();
    expect(await process.collector.completed(externalId)).toBe("ended");
    expect(await jobState()).toMatchObject({ state: "succeeded" });
    const events = await world.catalog.listEvents("a");
    expect(await process.collector.completed(externalId)).toBe("unknown");
    expect(await process.collector.sweep(never)).toBe(0);
    expect(await world.catalog.listEvents("a")).toEqual(events);
  });

  it("does not lose an event that comes before the acceptance is recorded", async () => {
    const early: { process?: Process; answer?: string | undefined } = {};
    early.process = await open(prompt, {
      async afterBegin() {
        const [externalId = ""] = provider.takeEvents();
        early.answer = await early.process?.collector.completed(externalId);
      },
    });
    await beginOne(early.process);
    expect(early.answer).toBe("unknown");
    expect(await early.process.collector.sweep(never)).toBe(0); // long before the first question is due
    expect(await jobState()).toMatchObject({ state: "succeeded" });
  });

  it("goes on when the process that began the work has died, and counts no death", async () => {
    const process = await open(slow);
    await beginOne(process);
    world.markDead(process);
    expect(await world.queue.recover()).toMatchObject({ takenOver: 0 });
    wait(30_000);
    const other = await world.start();
    expect(await other.collector.sweep(never)).toBe(0);
    expect(await jobState()).toMatchObject({ state: "succeeded", attempts: 1 });
  });

  it("cancels the work at the provider when its job is cancelled or its media file removed", async () => {
    const process = await open(endless);
    await beginOne(process);
    await world.cancel("a");
    await process.collector.sweep(never);
    expect(await jobState()).toMatchObject({ state: "cancelled" });
    expect((await first()).state).toBe("cancelled");
    await world.put("b");
    await beginOne(process);
    await world.remove("b");
    await process.collector.sweep(never);
    expect(provider.works().map(({ state }) => state)).toEqual(["cancelled", "cancelled"]);
    expect(await world.queue.listAccepted()).toEqual([]);
  });

  it("cancels accepted work whose media file was removed before that was recorded", async () => {
    const process = await open(endless, { afterBegin: () => world.remove("a") });
    await beginOne(process);
    expect((await first()).state).toBe("cancelled");
    expect(await world.queue.listAccepted()).toEqual([]);
    expect(await world.isBusy()).toBe(false);
  });

  it("tries to cancel again while the provider cannot be reached", async () => {
    const process = await open({ ...endless, brokenCalls: 1 });
    await beginOne(process);
    await world.cancel("a");
    expect(await process.collector.sweep(never)).toBe(1);
    expect((await first()).state).toBe("running");
    await process.collector.sweep(never);
    expect((await first()).state).toBe("cancelled");
    expect(await jobState()).toMatchObject({ state: "cancelled" });
  });

  it("fails work that does not end in its longest time, and cancels it", async () => {
    const process = await open(endless);
    await beginOne(process);
    wait(times.maxMs + 1_000);
    await process.collector.sweep(never);
    expect(await jobState()).toMatchObject({ state: "failed", failure: { code: "engine_silent" } });
    expect((await first()).state).toBe("cancelled");
  });

  it("collects finished work again, instead of having it done again, when this machine failed", async () => {
    let isFull = true;
    const process = await open(prompt, {
      async beforeConclude() {
        if (isFull) throw new MediaError("disk_full", "no space is left");
      },
    });
    await beginOne(process);
    const { externalId } = await first();
    expect(await process.collector.completed(externalId)).toBe("running");
    isFull = false;
    wait(60_000);
    expect(await process.collector.sweep(never)).toBe(0);
    expect(await jobState()).toMatchObject({ state: "succeeded", attempts: 1 });
    expect(provider.works()).toHaveLength(1);
  });

  it("lets a job wait that the provider throttled, without counting the try", async () => {
    const process = await open({ ...endless, begin: "throttles" });
    const { job } = await claim(process).then(async (claimed) => {
      await process.perform(claimed, never);
      return claimed;
    });
    const waiting = (await world.jobsOf("a")).find(({ id }) => id === job.id);
    expect(waiting).toMatchObject({ state: "queued", attempts: 0, failure: { code: "throttled" } });
    expect(waiting?.runAfter).toBeGreaterThan(Date.now() + 10_000);
  });

  it("begins the job of a message once, however often the message comes", async () => {
    const process = await open(prompt);
    const [job] = await world.jobsOf("a");
    if (job === undefined) throw new Error("no job");
    const message = { name: job.name, version: job.version, jobId: job.id };
    const [one, other] = await Promise.all([
      process.queue.start(message),
      process.queue.start(message),
    ]);
    const held = [one, other].filter((claimed) => claimed !== undefined);
    expect(held).toHaveLength(1);
    for (const claimed of held) await process.perform(claimed, never);
    await process.collector.completed((await first()).externalId);
    expect(await process.queue.start(message)).toBeUndefined();
    expect(provider.works()).toHaveLength(1);
  });
});
