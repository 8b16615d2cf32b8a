import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFakeProvider, prompt } from "../support/fake-provider.ts";
import { names, scenes, type Action, type Scene } from "./remote-scene.ts";
import { slots } from "./remote-steps.ts";
import { createRemoteWorld, type Process } from "./remote-world.ts";

/** Work that finishes elsewhere, with random behaviour of the provider, the events and the processes. */

const times = { firstAskMs: 5_000, longestAskMs: 60_000, maxMs: 600_000 };
const never = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: 1_800_000_000_000 }));
afterEach(() => void vi.useRealTimers());

/** Claims and performs what there is; `perform` is called within the process that claims. */
async function pullAll({ queue, perform }: Process): Promise<void> {
  for (;;) {
    const claim = await queue.claim({ slots });
    if (claim === undefined) return;
    await perform(claim, never);
  }
}

async function pullOne({ queue, perform }: Process): Promise<void> {
  const claim = await queue.claim({ slots });
  if (claim !== undefined) await perform(claim, never);
}

/** A stage on which a scene is played: the library, the provider and two processes at a time. */
async function openStage({ behaviours, lives }: Scene) {
  let isCalm = false;
  const provider = createFakeProvider({
    times,
    behaviour: (call) => (isCalm ? prompt : (behaviours[call % behaviours.length] ?? prompt)),
  });
  const world = createRemoteWorld(provider);
  let started = 0;
  const start = () => world.start(isCalm ? Infinity : lives[started++]);
  const processes: [Process, Process] = [await start(), await start()];
  /** Lets a process do something. If it dies, another process replaces it and takes over its jobs. */
  const within = async (which: 0 | 1, act: (one: Process) => Promise<unknown>): Promise<void> => {
    const one = processes[which];
    await act(one).catch((error: unknown) => {
      if (!one.life.isDead()) throw error;
    });
    if (!one.life.isDead()) return;
    world.markDead(one);
    await world.queue.recover();
    processes[which] = await start();
  };
  return {
    provider,
    world,
    within,
    /** Behaves well from now on, and works until nothing is open. */
    async rest(): Promise<void> {
      isCalm = true;
      for (let round = 0; round < 60 && (await world.isBusy()); round += 1) {
        vi.setSystemTime(Date.now() + 61_000);
        await within(0, pullAll);
        await within(1, ({ collector }) => collector.sweep(never));
      }
    },
  };
}

type Stage = Awaited<ReturnType<typeof openStage>>;

/** A message says that a job is queued; a queue of messages may deliver it twice. */
async function deliver({ world, within }: Stage, action: Action & { do: "deliver" }) {
  const jobs = (await Promise.all(names.map((one) => world.jobsOf(one)))).flat();
  const job = jobs[action.job % Math.max(1, jobs.length)];
  if (job === undefined) return;
  const message = { name: job.name, version: job.version, jobId: job.id };
  const once = async ({ queue, perform }: Process) => {
    const claim = await queue.start(message);
    if (claim !== undefined) await perform(claim, never);
  };
  await within(action.process, (one) =>
    action.twice ? Promise.all([once(one), once(one)]) : once(one),
  );
}

async function carryOut(stage: Stage, action: Action): Promise<void> {
  const { world, within, provider } = stage;
  switch (action.do) {
    case "put":
      return world.put(action.name);
    case "remove":
    case "cancel":
    case "retry":
      return world[action.do](action.name);
    case "pull":
      return within(action.process, pullOne);
    case "both":
      await Promise.all([within(0, pullAll), within(1, pullAll)]);
      return;
    case "sweep":
      return within(action.process, ({ collector }) => collector.sweep(never));
    case "die":
      return within(action.process, async ({ life }) => life.end());
    case "deliver":
      return deliver(stage, action);
    case "events": {
      const events = [...provider.takeEvents()];
      if (action.reversed) events.reverse();
      if (action.drop) events.pop();
      return within(action.process, ({ collector }) =>
        Promise.all(events.map((externalId) => collector.completed(externalId))),
      );
    }
    case "wait":
      vi.setSystemTime(Date.now() + action.ms);
  }
}

/** Plays a scene, waits until all work has ended, and checks the rest. */
async function play(scene: Scene): Promise<void> {
  const stage = await openStage(scene);
  const { world, provider } = stage;
  try {
    await world.put("a");
    for (const action of scene.actions) await carryOut(stage, action);
    await stage.rest();
    await world.check();
    const begun = [...provider.calls()].filter(([, count]) => count > 1);
    expect(begun, "attempts that were begun twice").toEqual([]);
    const forgotten = provider
      .works()
      .filter(({ token, state }) => state === "running" && world.wasAccepted(token));
    expect(forgotten, "accepted work without a job that was not cancelled").toEqual([]);
  } finally {
    await world.close();
    provider.close();
  }
}

describe("work that finishes elsewhere", () => {
  it("ends each media file exactly once, although processes die and events come late, twice or never", async () => {
    await fc.assert(fc.asyncProperty(scenes, play), { numRuns: 60 });
  });
});
