import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { everybody, type Topic } from "../media/notice.ts";
import { tokenMs } from "./asking.ts";
import type { OutcomeMessage } from "./compose.ts";
import { claimMs } from "./schedule.ts";
import type { NotificationStore, Subscriber } from "./store.ts";

/** An empty store, with a clock that the test sets. */
export interface StoreUnderTest {
  readonly store: NotificationStore;
  /** The same store as another process sees it, which goes on living. */
  readonly other: () => Promise<NotificationStore>;
  /** Adds a message as the catalog does: in the write that ends a run. */
  readonly record: (message: OutcomeMessage) => Promise<void>;
  /** A new access key of ada's. */
  readonly key: (expiresAt?: number) => Promise<string>;
  readonly revoke: (accessKeyId: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

const code = (name: string) => ({ code: name });
const minute = 60_000;
const hash = "a hash";

/** What every implementation of `NotificationStore` does. */
export function notificationStoreContract(
  what: string,
  open: (now: () => number) => Promise<StoreUnderTest>,
): void {
  describe(`the contract of notifications: ${what}`, () => {
    let time: number;
    let test: StoreUnderTest;
    let store: NotificationStore;
    beforeEach(async () => {
      time = Date.UTC(2026, 10, 20);
      test = await open(() => time);
      ({ store } = test);
    });
    afterEach(() => test.close());

    const mailbox: Subscriber = { kind: "email", address: "ada@example.org", owner: "ada" };
    let ids = 0;
    const row = (topic: Topic) => {
      ids += 1;
      return { id: `s${String(ids).padStart(4, "0")}`, topic, sealed: `sealed ${ids}` };
    };
    const subscribe = (subscriber: Subscriber, ...topics: Topic[]) =>
      store.subscribe(subscriber, topics.map(row));
    const confirmed = async (subscriber: Subscriber, ...topics: Topic[]) => {
      const found = await subscribe(subscriber, ...topics);
      await store.addToken(found[0]?.id ?? "", { hash, expiresAt: time + tokenMs });
      await store.confirm(hash);
      for (const { claim } of await store.claim(100))
        await store.finish(claim, { state: "delivered", confirmed: false });
      return found.map(({ id }) => id);
    };
    const message = (name: string, topic: Topic = "completed", owner = "ada"): OutcomeMessage => ({
      topic,
      run: name,
      content: { name, version: `v ${name}`, owner, sizeBytes: 1, outputs: [] },
    });
    const names = async () =>
      (await store.deliveries({ state: "waiting" })).map(
        ({ name, address }) => `${name} ${address}`,
      );

    it("asks a new address once, for all its topics", async () => {
      const found = await subscribe(mailbox, "completed", "error");
      expect(found).toMatchObject([
        { topic: "completed", state: "pending", createdAt: time },
        { topic: "error", state: "pending" },
      ]);
      expect(await store.deliveries()).toMatchObject([{ topic: "confirmation", attempts: 0 }]);
      const [claimed] = await store.claim(10);
      expect(claimed).toMatchObject({ attempts: 1, subscription: { id: found[0]?.id } });
      const token = { hash, expiresAt: time + tokenMs };
      expect(await store.addToken(found[0]?.id ?? "", token)).toEqual(["completed", "error"]);
      expect(await store.awaiting(hash)).toHaveLength(2);
      expect(await store.confirm(hash)).toMatchObject([
        { state: "confirmed", confirmedAt: time },
        { state: "confirmed" },
      ]);
      await expect(store.confirm(hash)).rejects.toMatchObject(code("invalid_token"));
    });

    it("changes nothing for what is subscribed already, and asks again only after a while", async () => {
      const [first] = await subscribe(mailbox, "error");
      const [again] = await subscribe(mailbox, "error");
      expect(again).toEqual(first);
      const [claimed] = await store.claim(10);
      await store.finish(claimed?.claim ?? "", { state: "delivered", confirmed: false });
      await subscribe(mailbox, "error");
      expect(await store.counts()).toEqual({ delivered: 1 });
      time += 5 * minute;
      await subscribe(mailbox, "error");
      expect(await store.counts()).toEqual({ delivered: 1, waiting: 1 });
    });

    it("asks no address too often, also for several subscribers", async () => {
      const by = (n: number) => subscribe({ ...mailbox, owner: `user ${n}` }, "error");
      for (let n = 0; n < 12; n += 1) await by(n);
      await expect(by(12)).rejects.toMatchObject(code("rate_limited"));
      time += 60 * minute;
      await expect(by(12)).resolves.toHaveLength(1);
    });

    it("takes a log as confirmed, and no token that has expired or is unknown", async () => {
      const log = { kind: "log", address: "/log", owner: everybody } as const;
      expect(await subscribe(log, "error")).toMatchObject([{ state: "confirmed" }]);
      const [{ id } = { id: "" }] = await subscribe(mailbox, "error");
      await store.addToken(id, { hash, expiresAt: time + 1 });
      time += 1;
      for (const one of [hash, "another"])
        await expect(store.awaiting(one), one).rejects.toMatchObject(code("invalid_token"));
    });

    it("confirms what a receiver has confirmed in its answer, with every topic it was asked for", async () => {
      const hook = { kind: "webhook", address: "https://a.example", owner: "ada" } as const;
      const [{ id } = { id: "" }] = await subscribe(hook, "completed", "error");
      const [claimed] = await store.claim(1);
      await store.addToken(id, { hash, expiresAt: time + tokenMs });
      await store.finish(claimed?.claim ?? "", { state: "delivered", confirmed: true });
      const states = (await store.subscriptions()).map(({ state }) => state);
      expect(states).toEqual(["confirmed", "confirmed"]);
    });

    it("addresses a message to its topic's subscribers: its owner's and everybody's", async () => {
      await confirmed(mailbox, "completed");
      await confirmed({ ...mailbox, owner: everybody }, "completed"); // the same mailbox
      await confirmed({ ...mailbox, address: "bob@example.org", owner: "bob" }, "completed");
      await confirmed({ ...mailbox, address: "err@example.org" }, "error");
      await test.record(message("a.mp4"));
      expect(await names()).toEqual(["a.mp4 ada@example.org"]);
      expect(await store.notifications()).toHaveLength(1 + 4); // and four confirmations
      await test.record(message("a.mp4", "error"));
      expect((await names()).toSorted()).toEqual([
        "a.mp4 ada@example.org",
        "a.mp4 err@example.org",
      ]);
    });

    it("hands out one delivery for each subscription, the longest due first", async () => {
      const own = await confirmed(mailbox, "completed");
      const [other] = await confirmed({ ...mailbox, address: "b@example.org" }, "completed");
      await test.record(message("a.mp4"));
      time += 1;
      await test.record(message("b.mp4"));
      const claimed = await store.claim(10);
      expect(claimed.map(({ subscription: { id } }) => id)).toEqual([...own, other]);
      expect(claimed.map(({ notification }) => notification.content?.name)).toEqual([
        "a.mp4",
        "a.mp4",
      ]);
      expect(await store.claim(10)).toEqual([]);
      await store.finish(claimed[0]?.claim ?? "", { state: "delivered", confirmed: false });
      expect(await store.claim(10)).toMatchObject([
        { notification: { content: { name: "b.mp4" } } },
      ]);
      expect(await store.claim(10, other)).toEqual([]);
    });

    it("says when the next delivery is due, and lets a receiver rest that failed", async () => {
      expect(await store.nextDueAt()).toBeUndefined();
      await confirmed(mailbox, "completed");
      await test.record(message("a.mp4"));
      expect(await store.nextDueAt()).toBe(time);
      const [first] = await store.claim(1);
      expect(await store.nextDueAt()).toBe(time + claimMs); // when its claim is lost
      await store.finish(first?.claim ?? "", {
        state: "waiting",
        error: "no",
        nextAt: time + minute,
        restUntil: time + 1_000,
      });
      expect(await store.deliveries({ state: "waiting" })).toMatchObject([
        { lastError: "no", nextAt: time + minute, attempts: 1 },
      ]);
      expect(await store.nextDueAt()).toBe(time + minute);
      await test.record(message("b.mp4"));
      expect(await store.nextDueAt()).toBe(time + 1_000);
      expect(await store.claim(10)).toEqual([]);
      time += minute;
      expect(await store.claim(10)).toMatchObject([
        { notification: { content: { name: "b.mp4" } } },
      ]);
    });

    it("leaves a claim to the process that lives, until its time is over", async () => {
      await confirmed(mailbox, "completed");
      await test.record(message("a.mp4"));
      const other = await test.other();
      const [theirs] = await other.claim(1);
      expect(await store.claim(1)).toEqual([]);
      time += claimMs;
      const [ours] = await store.claim(1);
      expect(ours?.attempts).toBe(2);
      await other.finish(theirs?.claim ?? "", { state: "delivered", confirmed: false });
      expect(await store.counts()).toMatchObject({ sending: 1 }); // their claim was lost
      await store.handBack(ours?.claim ?? "");
      expect(await store.deliveries({ state: "waiting" })).toMatchObject([{ attempts: 1 }]);
    });

    it("ends a subscription whose receiver wants no more, and drops what waits for it", async () => {
      const [id = ""] = await confirmed(mailbox, "completed");
      await test.record(message("a.mp4"));
      const [claimed] = await store.claim(1);
      await test.record(message("b.mp4"));
      const gone = { state: "dead", error: "410 Gone", endsSubscription: true } as const;
      await store.finish(claimed?.claim ?? "", gone);
      expect(await store.subscriptions()).toEqual([]);
      expect(await store.subscriptions({ removed: true })).toMatchObject([
        { id, state: "removed", reason: "410 Gone", removedAt: time },
      ]);
      expect(await names()).toEqual([]);
    });

    it("ends subscriptions with the key that made them, and what waits for them", async () => {
      const expiresAt = time + minute;
      const [revoked, brief] = [await test.key(), await test.key(expiresAt)];
      const at = (address: string, madeWith: string) => ({ ...mailbox, address, madeWith });
      const [first = ""] = await confirmed(at("a@example.org", revoked), "completed");
      const [second = ""] = await confirmed(at("b@example.org", brief), "completed");
      await test.record(message("a.mp4"));
      expect(await names()).toHaveLength(2);
      await test.revoke(revoked);
      expect(await names()).toEqual(["a.mp4 b@example.org"]);
      time = expiresAt;
      for (const id of [first, second])
        expect((await store.subscription(id)).subscription.state).toBe("removed");
      expect(await store.subscriptions()).toEqual([]);
      await test.record(message("b.mp4"));
      expect(await store.nextDueAt()).toBeUndefined();
      expect(await store.claim(10)).toEqual([]);
      expect(await store.replay({ since: 0 })).toBe(0);
      const late = subscribe(at("c@example.org", revoked), "completed");
      await expect(late).rejects.toMatchObject(code("unauthorized"));
    });

    it("replays for an owner what is that owner's, and nothing else", async () => {
      const bob = { ...mailbox, address: "bob@example.org", owner: "bob" };
      await confirmed(mailbox, "completed");
      await confirmed(bob, "completed");
      await confirmed({ ...mailbox, address: "all@example.org", owner: everybody }, "completed");
      await test.record(message("a.mp4"));
      await test.record(message("b.mp4", "completed", "bob"));
      for (const { claim } of [...(await store.claim(10)), ...(await store.claim(10))])
        await store.finish(claim, { state: "dead", error: "no", endsSubscription: false });
      for (const { claim } of await store.claim(10))
        await store.finish(claim, { state: "dead", error: "no", endsSubscription: false });
      expect(await store.counts()).toMatchObject({ dead: 4 });
      expect(await store.replay({ dead: true, owner: "bob" })).toBe(1);
      expect(await names()).toEqual(["b.mp4 bob@example.org"]);
      const [hers] = await store.notifications({ name: "a.mp4" });
      const asked = store.replay({ id: hers?.id ?? "", owner: "bob" });
      await expect(asked).rejects.toMatchObject(code("not_found"));
      expect(await store.replay({ since: 0, owner: "bob" })).toBe(0); // it waits already
      expect(await store.replay({ since: 0 })).toBe(3);
    });

    it("wakes who listens after deliveries were added, and not before they are there", async () => {
      await confirmed(mailbox, "completed");
      const due: Promise<number | undefined>[] = [];
      const stop = store.onDeliveries(() => due.push(store.nextDueAt()));
      await test.record(message("a.mp4"));
      await new Promise((resolve) => setImmediate(resolve));
      expect(await Promise.all(due)).toEqual([time]);
      stop();
      await test.record(message("b.mp4"));
      await new Promise((resolve) => setImmediate(resolve));
      expect(due).toHaveLength(1);
    });
  });
}
