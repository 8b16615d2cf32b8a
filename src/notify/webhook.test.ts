import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createOutcomes, failed, type Outcomes } from "./outcome.fixture.ts";
import type { Notices } from "./notices.ts";
import { createGuard } from "./public-address.ts";
import { defaultReach } from "./reach.ts";
import { confirming, openNotices, openReceiver, type Receiver } from "./receivers.fixture.ts";
import { retryAfterMs } from "./post.ts";
import { createWebhookSender } from "./webhook.ts";

describe("webhooks", () => {
  let notices: Notices;
  let world: Outcomes;
  let receiver: Receiver;
  let close: () => void;
  beforeEach(async () => {
    const opened = await openNotices({ publicUrl: "https://dailies.example/app" });
    ({ notices, close } = opened);
    world = createOutcomes(opened.database);
    receiver = await openReceiver();
  });
  afterEach(async () => {
    await receiver.close();
    close();
  });

  const subscribe = async (topic: "completed" | "error" = "completed", owner = "*") => {
    const wanted = { topic, kind: "webhook", address: receiver.url, owner } as const;
    return notices.subscribe(wanted);
  };
  const confirmed = async (topic?: "completed" | "error") => {
    const { subscription, secret = "" } = await subscribe(topic);
    await notices.deliverDue();
    return { id: subscription.id, secret };
  };
  const stateOf = async (id: string) =>
    (await notices.subscriptions({ removed: true })).find((one) => one.id === id)?.state;
  const typeOf = (body: string) => (JSON.parse(body) as { type: string }).type;
  /** Delivers what is due until it is so. */
  const deliverUntil = async (isSo: () => Promise<boolean>) => {
    for (await notices.deliverDue(); !(await isSo()); await notices.deliverDue())
      await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const nothingWaits = async () => (await notices.counts()).waiting === undefined;

  it("are confirmed by giving the token back, and then told, signed", async () => {
    const { id, secret } = await confirmed();
    expect(await stateOf(id)).toBe("confirmed");
    await world.end("a b/ü.mp4");
    expect(await notices.deliverDue()).toEqual({ delivered: 1, failed: 0, dead: 0 });
    const [ask, told] = receiver.requests;
    for (const request of [ask, told])
      new Webhook(secret).verify(request?.body ?? "", request?.headers ?? {});
    expect(() => new Webhook(secret).verify(`${told?.body} `, told?.headers ?? {})).toThrow();
    expect(JSON.parse(told?.body ?? "")).toMatchObject({
      type: "media.ready",
      data: { name: "a b/ü.mp4", url: "https://dailies.example/app/v1/media/a%20b%2F%C3%BC.mp4" },
    });
    expect(told?.headers["content-type"]).toBe("application/json");
  });

  it("hear nothing before they confirm, whatever else they answer", async () => {
    receiver.answer = (_request, response) => void response.end("ok");
    const { id } = await confirmed();
    await world.end("a.mp4");
    await notices.deliverDue();
    expect(await stateOf(id)).toBe("pending");
    expect(receiver.requests.map(({ body }) => typeOf(body))).toEqual([
      "subscription.confirmation",
    ]);
    const { data } = JSON.parse(receiver.requests[0]?.body ?? "") as {
      data: { token: string; confirmUrl: string };
    };
    expect(data.confirmUrl).toBe(
      `https://dailies.example/app/v1/subscriptions/confirm?code=${data.token}`,
    );
    await notices.confirm(data.token);
    await world.end("b.mp4");
    await notices.deliverDue();
    expect(receiver.requests).toHaveLength(2);
    await expect(notices.confirm(data.token)).rejects.toMatchObject({ code: "invalid_token" });
  });

  it("are tried again under the same id after an error, and not after they took it", async () => {
    const { secret } = await confirmed();
    receiver.requests.length = 0;
    receiver.answer = (_request, response, seen) => {
      response.statusCode = seen === 1 ? 500 : 200;
      response.end();
    };
    await world.end("a.mp4");
    await deliverUntil(nothingWaits);
    expect(receiver.requests).toHaveLength(2);
    expect(new Set(receiver.requests.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    for (const { body, headers } of receiver.requests) new Webhook(secret).verify(body, headers);
    expect(await notices.counts()).toEqual({ delivered: 2 });
  });

  it("are given up after the last attempt, and replayed", async () => {
    const { id } = await confirmed();
    receiver.answer = (_request, response) => void response.writeHead(503).end();
    await world.end("a.mp4");
    await deliverUntil(nothingWaits);
    const [dead] = await notices.dead();
    expect(dead).toMatchObject({
      subscription: id,
      name: "a.mp4",
      attempts: 4,
      lastError: "the receiver answered 503",
    });
    receiver.answer = confirming;
    expect(await notices.replay({ dead: true })).toBe(1);
    await deliverUntil(nothingWaits);
    expect(await notices.dead()).toEqual([]);
    const ids = receiver.requests.slice(1).map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids)).toEqual(new Set([dead?.notification]));
    expect(await notices.replay({ since: 0 })).toBe(1);
    expect(await notices.replay({ id: dead?.notification ?? "" })).toBe(0);
    await expect(notices.replay({ id: "msg_unknown" })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("end with 410 Gone", async () => {
    const { id } = await confirmed();
    receiver.answer = (_request, response) => void response.writeHead(410).end();
    await world.end("a.mp4");
    await world.end("b.mp4");
    await deliverUntil(nothingWaits);
    expect(receiver.requests).toHaveLength(2);
    expect(await stateOf(id)).toBe("removed");
    await world.end("c.mp4");
    expect(await notices.deliverDue()).toEqual({ delivered: 0, failed: 0, dead: 0 });
  });

  it("wait as long as the receiver asks", async () => {
    await confirmed();
    receiver.answer = (_request, response) => {
      response.writeHead(429, { "retry-after": "3600" }).end();
    };
    await world.end("a.mp4");
    await notices.deliverDue();
    const [waiting] = await notices.deliveries({ state: "waiting" });
    expect((waiting?.nextAt ?? 0) - Date.now()).toBeGreaterThan(3_590_000);
    expect(retryAfterMs("Fri, 20 Nov 2026 12:00:10 GMT", Date.UTC(2026, 10, 20, 12))).toBe(10_000);
    expect(retryAfterMs("999999999", 0)).toBe(24 * 3_600_000);
    expect(retryAfterMs("soon", 0)).toBeUndefined();
  });

  it("are signed with the old secret, too, for a day after a rotation", async () => {
    const { id, secret } = await confirmed();
    const { secret: fresh } = await notices.rotate(id);
    await world.end("a.mp4");
    await notices.deliverDue();
    const { body, headers } = receiver.requests.at(-1) ?? { body: "", headers: {} };
    for (const one of [secret, fresh]) new Webhook(one).verify(body, headers);
    expect(fresh).not.toBe(secret);
  });

  it("are not followed elsewhere", async () => {
    const target = await openReceiver();
    await confirmed();
    const elsewhere = [
      target.url,
      "http://169.254.169.254/latest/meta-data/",
      "file:///etc/passwd",
    ];
    for (const [index, location] of elsewhere.entries()) {
      receiver.answer = (_request, response) => void response.writeHead(307, { location }).end();
      await world.end(`${index}.mp4`);
      await deliverUntil(async () => {
        const all = await notices.deliveries({ state: "waiting" });
        return all.some(({ name, attempts }) => name === `${index}.mp4` && attempts > 0);
      });
    }
    expect(target.requests).toEqual([]);
    const errors = (await notices.deliveries()).map(({ lastError }) => lastError ?? "");
    expect(errors.filter((error) => error.includes("redirects are not followed"))).toHaveLength(3);
    await target.close();
  });

  it("never read an answer to its end, nor wait for it", async () => {
    await confirmed();
    receiver.answer = (_request, response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        response.once("drain", pour);
      };
      pour();
    };
    await world.end("a.mp4");
    expect(await notices.deliverDue()).toMatchObject({ delivered: 1 });
  });

  it("wait no longer for an answer than they may, also for one that comes in drops", async () => {
    await confirmed();
    const [subscription] = await notices.subscriptions();
    await world.end("a.mp4");
    const [notification] = await notices.notifications();
    if (subscription === undefined || notification === undefined) throw new Error("there is none");
    const sender = createWebhookSender({
      reach: { ...defaultReach, allowPrivate: true },
      timeoutMs: 60,
    });
    const message = { notification, subscription, secrets: ["whsec_x"] };
    const never = new AbortController().signal;
    const given = { state: "failed", error: "no answer within 0.06 s" };
    receiver.answer = () => {};
    expect(await sender.send(message, never)).toEqual(given);
    receiver.answer = (_request, response) => {
      const drop = setInterval(() => response.write("."), 10);
      response.on("close", () => clearInterval(drop));
    };
    expect(await sender.send(message, never)).toEqual(given);
  });

  it("that hang delay no others, and are given back when the process ends", async () => {
    await confirmed();
    const hanging = await openReceiver();
    const { subscription } = await notices.subscribe({
      topic: "completed",
      kind: "webhook",
      address: hanging.url,
      owner: "*",
    });
    await notices.deliverDue();
    hanging.answer = () => {};
    await Promise.all(["a", "b", "c"].map((name) => world.end(`${name}.mp4`)));
    const stop = new AbortController();
    const running = notices.deliver(stop.signal);
    while ((await notices.counts()).delivered !== 5) await new Promise((go) => setTimeout(go, 10));
    expect(hanging.requests).toHaveLength(2); // its confirmation, and one that it sits on
    hanging.answer = (_request, response) => void response.end();
    await hanging.close();
    stop.abort();
    await running;
    const states = (await notices.deliveries({ subscription: subscription.id })).map(
      ({ state }) => state,
    );
    expect(states.toSorted()).toEqual(["delivered", "waiting", "waiting", "waiting"]);
  });

  it("are refused where they lead to this machine, also by their name and later", async () => {
    const { notices: strict, close: end } = await openNotices({ webhooks: defaultReach });
    const wanted = { topic: "error", kind: "webhook", owner: "*" } as const;
    const toPrivate = strict.subscribe({ ...wanted, address: receiver.url });
    await expect(toPrivate).rejects.toMatchObject({ code: "unsafe_address" });
    const { subscription } = await strict.subscribe({
      ...wanted,
      address: "http://localhost:8080/",
    });
    expect(await strict.deliverDue()).toEqual({ delivered: 0, failed: 1, dead: 0 });
    expect(await strict.deliveries({ subscription: subscription.id })).toMatchObject([
      { lastError: "localhost is no address that webhooks may reach" },
    ]);
    expect(createGuard(defaultReach).check("https://example.org/a#b").href).toBe(
      "https://example.org/a",
    );
    end();
  });

  it("tell each owner of their own media alone", async () => {
    const { subscription } = await subscribe("error", "ada");
    await notices.deliverDue();
    await world.end("his.mp4", failed(), "bob");
    await world.end("hers.mp4", failed(), "ada");
    await notices.deliverDue();
    const names = receiver.requests
      .slice(1)
      .map(({ body }) => (JSON.parse(body) as { data: { name: string } }).data.name);
    expect(names).toEqual(["hers.mp4"]);
    expect(await notices.subscriptions({ owner: "bob" })).toEqual([]);
    expect(await notices.notifications({ owner: "bob" })).toHaveLength(1);
    await expect(notices.remove(subscription.id, { owner: "bob" })).rejects.toMatchObject({
      code: "not_found",
    });
    const [message] = await notices.notifications({ name: "hers.mp4" });
    const stolen = notices.notification(message?.id ?? "", { owner: "bob" });
    await expect(stolen).rejects.toMatchObject({ code: "not_found" });
    expect(await notices.replay({ since: 0, owner: "bob" })).toBe(0);
  });
});
