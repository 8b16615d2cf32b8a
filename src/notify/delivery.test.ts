import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openDatabase } from "../state/sqlite/open.ts";
import { enterSession } from "../state/sqlite/sessions.ts";
import { newSession } from "../media/ids.ts";
import type { Notices } from "./notices.ts";
import { createOutcomes, type Outcomes } from "./outcome.fixture.ts";
import { openNotices, openReceiver } from "./receivers.fixture.ts";
import { delaysMs, longestDelayMs, nextDelayMs } from "./schedule.ts";

describe("the pauses between attempts", () => {
  it("grow over more than a day, each with some chance in it, and end", () => {
    const sum = delaysMs.reduce((total, delay) => total + delay, 0);
    expect(sum).toBeGreaterThan(24 * 3_600_000);
    expect(delaysMs).toEqual(delaysMs.toSorted((a, b) => a - b));
    expect(nextDelayMs(delaysMs.length + 1)).toBeUndefined();
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: delaysMs.length }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(),
        (attempts, chance, retryAfterMs) => {
          const delay = nextDelayMs(attempts, { random: () => chance, retryAfterMs }) ?? 0;
          expect(delay).toBeGreaterThanOrEqual(delaysMs[attempts - 1] ?? Infinity);
          expect(delay).toBeGreaterThanOrEqual(Math.min(retryAfterMs, longestDelayMs));
          expect(delay).toBeLessThanOrEqual(longestDelayMs);
        },
      ),
    );
  });
});

describe("deliveries", () => {
  let folder: string;
  let log: string;
  let database: DatabaseSync;
  let notices: Notices;
  let world: Outcomes;
  let close: () => void;
  const told = () =>
    readFileSync(log, { encoding: "utf8", flag: "a+" })
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as { data: { name: string } }).data.name);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "dailies-deliveries-"));
    log = join(folder, "log");
    ({ database, notices, close } = await openNotices());
    world = createOutcomes(database);
    await notices.subscribe({ topic: "completed", kind: "log", address: log, owner: "*" });
    await world.end("a.mp4");
  });
  afterEach(() => {
    close();
    rmSync(folder, { recursive: true });
  });

  /** As a process leaves it that is killed while it sends. */
  const claimedBy = (session: string, until: number) =>
    database.exec(
      `UPDATE deliveries SET state = 'sending', attempts = 1, claim = 'x', claimed_by = '${session}',
         claimed_until = ${until}`,
    );
  const inAMinute = () => Date.now() + 60_000;

  it("leave as soon as the write that adds them is committed", async () => {
    const stop = new AbortController();
    const running = notices.deliver(stop.signal);
    await vi.waitFor(() => expect(told()).toEqual(["a.mp4"]), 5_000);
    const delays: number[] = [];
    for (let n = 0; n < 20; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await world.end(`${n}.mp4`);
      const committedAt = performance.now();
      while (told().at(-1) !== `${n}.mp4`) await new Promise((resolve) => setTimeout(resolve, 1));
      delays.push(performance.now() - committedAt);
    }
    stop.abort();
    await running;
    const [median = Infinity] = delays.toSorted((a, b) => a - b).slice(10);
    expect(median).toBeLessThan(250); // looking once in a while takes 1,500 ms
  });

  it("that another process adds are found by looking now and then, not all the time", async () => {
    const file = join(folder, "dailies.db");
    const [own, others] = [openDatabase(file), openDatabase(file)];
    const here = await openNotices({ database: own });
    const address = join(folder, "log here");
    const lines = () =>
      readFileSync(address, { encoding: "utf8", flag: "a+" }).split("\n").length - 1;
    await here.notices.subscribe({ topic: "completed", kind: "log", address, owner: "*" });
    const looks = vi.spyOn(here.store, "nextDueAt");
    const stop = new AbortController();
    const running = here.notices.deliver(stop.signal);
    await vi.waitFor(() => expect(looks).toHaveBeenCalled());
    await createOutcomes(others).end("b.mp4");
    await vi.waitFor(() => expect(lines()).toBe(1), 6_000);
    expect(looks.mock.calls.length).toBeLessThan(6);
    stop.abort();
    await running;
    others.close();
    here.close();
  });

  it("are taken over at once from a process that is gone", async () => {
    claimedBy("gone", inAMinute());
    expect(await notices.deliverDue()).toMatchObject({ delivered: 1 });
  });

  it("are left to a process that lives, until it has had its time", async () => {
    const other = newSession();
    await enterSession(database, other);
    claimedBy(other, inAMinute());
    expect(await notices.deliverDue()).toMatchObject({ delivered: 0 });
    claimedBy(other, Date.now() - 1);
    expect(await notices.deliverDue()).toMatchObject({ delivered: 1 });
  });

  it("that could not be recorded in time are seen again by the process that made them", async () => {
    const own = String(database.prepare("SELECT session FROM sessions").get()?.["session"]);
    claimedBy(own, Date.now() - 1);
    const stop = new AbortController();
    const running = notices.deliver(stop.signal);
    await vi.waitFor(() => expect(told()).toEqual(["a.mp4"]), 5_000);
    stop.abort();
    await running;
  });

  it("under way are cut off, and tried later, when there is no more time for them", async () => {
    const receiver = await openReceiver(() => {}); // takes it, and never answers
    const wanted = { topic: "completed", kind: "webhook", owner: "*" } as const;
    const { subscription } = await notices.subscribe({ ...wanted, address: receiver.url });
    const [stop, end] = [new AbortController(), new AbortController()];
    const running = notices.deliver(stop.signal, undefined, end.signal);
    await vi.waitFor(() => expect(receiver.requests).toHaveLength(1), 5_000);
    const startedAt = performance.now();
    stop.abort();
    end.abort();
    await running;
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(await notices.deliveries({ subscription: subscription.id })).toMatchObject([
      { state: "waiting", attempts: 0 },
    ]);
    await receiver.close();
  });

  it("of a subscription that was removed while its process died are dead, and not for ever waiting", async () => {
    claimedBy("gone", inAMinute());
    const [{ id } = { id: "" }] = await notices.subscriptions();
    await notices.remove(id);
    expect(await notices.deliverDue()).toMatchObject({ delivered: 0 });
    expect(await notices.deliveries()).toMatchObject([
      { state: "dead", lastError: "the subscription was removed" },
    ]);
  });

  it("do not wait for years when the clock was set back", async () => {
    const years = Date.now() + 5 * 365 * 24 * 3_600_000;
    database.exec(`UPDATE deliveries SET next_at = ${years}`);
    database.exec(`UPDATE subscriptions SET rest_until = ${years}`);
    expect(await notices.deliverDue()).toMatchObject({ delivered: 1 });
    await world.end("b.mp4");
    const other = newSession();
    await enterSession(database, other);
    database.exec(
      `UPDATE deliveries SET state = 'sending', claim = 'x', claimed_by = '${other}',
         claimed_until = ${years} WHERE state = 'waiting'`,
    );
    expect(await notices.deliverDue()).toMatchObject({ delivered: 1 });
  });

  it("go on when the catalog has failed for a while, and send nothing twice for it", async () => {
    const full = (what: string) =>
      database.exec(
        `CREATE TRIGGER full BEFORE UPDATE ON deliveries WHEN new.state = '${what}'
         BEGIN SELECT raise(ABORT, 'database or disk is full'); END`,
      );
    const stop = new AbortController();
    const troubles: unknown[] = [];
    full("delivered");
    const running = notices.deliver(stop.signal, (error) => troubles.push(error));
    while (told().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 100)); // it tries to record that, and cannot
    expect(await notices.counts()).toEqual({ sending: 1 });
    database.exec("DROP TRIGGER full");
    while ((await notices.counts()).delivered !== 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    await running;
    expect(told()).toEqual(["a.mp4"]);
    expect(troubles).toEqual([]);
  });

  it("that ended long ago are forgotten, but not what is to be known or seen", async () => {
    await notices.deliverDue();
    await world.end("b.mp4");
    const version = (await world.catalog.getMedia("a.mp4"))?.version ?? "";
    const rows = () =>
      database
        .prepare("SELECT name FROM notifications ORDER BY sequence")
        .all()
        .map(({ name }) => name);
    const prune = async () => {
      const stop = new AbortController();
      const running = notices.deliver(stop.signal);
      await new Promise((resolve) => setTimeout(resolve, 30));
      stop.abort();
      await running;
    };
    const age = (days: number) =>
      database.exec(`UPDATE notifications SET at = at - ${days * 24 * 3_600_000}`);
    age(31);
    await prune();
    expect(rows()).toEqual(["a.mp4", "b.mp4"]); // the last about media that are there
    await world.apply("a.mp4", version, [{ type: "removeMedia", name: "a.mp4", keepBytesMs: 0 }]);
    database.exec("UPDATE deliveries SET state = 'dead', ended_at = " + Date.now());
    await prune();
    expect(rows()).toEqual(["a.mp4", "b.mp4"]); // dead letters
    database.exec("UPDATE deliveries SET ended_at = 0");
    await prune();
    expect(rows()).toEqual(["b.mp4"]);
  });
});
