import { createHmac } from "node:crypto";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { NewAccessKey } from "../access/access.ts";
import { createSeal } from "../access/seal.ts";
import type { Library } from "../app/library.ts";
import { createLinkSigner } from "../notify/output-link.ts";
import type { MailServer, Receiver } from "../notify/receivers.fixture.ts";
import { ada, bob, linkIn, openNoticeApi, type NoticeApi } from "./notices.fixture.ts";

/** What a message gives away, and until when. */
describe("links to outputs, and subscriptions of keys", () => {
  let api: NoticeApi;
  let dailies: Library;
  let mail: MailServer;
  let receiver: Receiver;
  let ask: NoticeApi["ask"];

  beforeEach(async () => {
    api = await openNoticeApi();
    ({ dailies, mail, receiver, ask } = api);
  });
  afterEach(() => api.close());

  const email = { topic: "completed", kind: "email", address: "a@b.c" } as const;
  const lastMail = () => mail.mails.at(-1)?.mail.text;
  /** Subscribes ada's mailbox. Returns the subscription's id. */
  const subscribeMailbox = async (): Promise<string> => {
    const { id } = await api.json<{ id: string }>("POST", "/v1/subscriptions", email);
    await dailies.notices.deliverDue();
    await ask("POST", linkIn(lastMail(), "confirm"));
    return id;
  };
  const statusOf = async (link: string): Promise<number> => {
    const answer = await ask("GET", link);
    await answer.arrayBuffer();
    return answer.status;
  };
  const answerTo = async (link: string): Promise<string> => {
    const answer = await ask("GET", link);
    const { detail } = (await answer.json()) as { detail: string };
    return `${answer.status} ${detail}`;
  };
  /** In the same words whatever the reason is. */
  const refused = "404 the link is not known, or not good any more";

  it("an output is there for the reader of a mail, without a key, in this version", async () => {
    await subscribeMailbox();
    await api.made("a.mp4");
    await dailies.notices.deliverDue();
    const link = linkIn(lastMail());
    api.as(undefined);
    const given = await ask("GET", link);
    expect([given.status, await given.text()]).toEqual([200, "moving pictures"]);
    expect(given.headers.get("content-type")).toBe("video/mp4");
    expect(await statusOf("/v1/outputs")).toBe(400);
    expect(await answerTo(`${link}A`)).toBe(refused);
    await api.replaced("a.mp4");
    expect(await answerTo(link)).toBe(refused);
  });

  it("a link ends with its subscription, with the media file, and when that is another's", async () => {
    const subscription = await subscribeMailbox();
    const links: string[] = [];
    for (const name of ["a.mp4", "b.mp4"]) {
      await api.made(name);
      await dailies.notices.deliverDue();
      links.push(linkIn(lastMail()));
    }
    const [first = "", second = ""] = links;
    expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200]);
    api.sql("UPDATE media SET owner = 'bob' WHERE name = 'a.mp4'");
    expect(await answerTo(first)).toBe(refused);
    api.sql("UPDATE media SET owner = 'ada' WHERE name = 'a.mp4'");
    expect(await statusOf(first)).toBe(200);
    await dailies.remove("a.mp4");
    expect(await answerTo(first)).toBe(refused);
    await dailies.notices.remove(subscription);
    expect(await answerTo(second)).toBe(refused);
  });

  it("nobody makes a link to another's output, whatever secret and whatever names they use", async () => {
    api.as(bob);
    const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
    const webhook = { topic: "completed", kind: "webhook", address: receiver.url, secret };
    const { id } = await api.json<{ id: string }>("POST", "/v1/subscriptions", webhook);
    await dailies.notices.deliverDue(); // the receiver confirms
    const version = await api.made("a.mp4");
    const [told] = await dailies.notices.notifications({ name: "a.mp4" });
    // as links were signed once: with the subscription's secret, which its owner knows
    const text = `${id}.${told?.id}.0`;
    const mac = createHmac("sha256", secret).update(`output ${text}`).digest().subarray(0, 18);
    expect(await answerTo(`/v1/outputs?code=${text}.${mac.toString("base64url")}`)).toBe(refused);
    const forging = createLinkSigner(Buffer.from(secret.slice("whsec_".length), "base64"));
    const seal = createSeal({ keyFile: join(api.folder, "keys/master.key") });
    const signing = createLinkSigner(seal.derive("output links"));
    const expiresAt = Date.now() + 60_000;
    const link = { subscription: id, name: "a.mp4", version, owner: "ada", kind: "web" } as const;
    for (const subscriptionOwner of ["ada", "bob", "*"]) {
      const whole = { ...link, subscriptionOwner, expiresAt };
      expect(await answerTo(`/v1/outputs?code=${forging.sign(whole)}`)).toBe(refused);
      // even one that this server has signed opens only what its subscription may be told of
      expect(await answerTo(`/v1/outputs?code=${signing.sign(whole)}`)).toBe(refused);
    }
  });

  it("a link expires after seven days", async () => {
    await subscribeMailbox();
    await api.made("a.mp4");
    api.sql(`UPDATE notifications SET at = ${Date.now() - 7 * 24 * 3_600_000}`);
    await dailies.notices.deliverDue();
    expect(await answerTo(linkIn(lastMail()))).toBe(refused);
  });

  it("a subscription and what waits for it end with the key that made it", async () => {
    const { access, notices } = dailies;
    await access.addUser("ada");
    const expiresAt = Date.now() + 1_500;
    const revoked = await access.createKey({ name: "revoked", user: "ada" });
    const brief = await access.createKey({ name: "brief", user: "ada", expiresAt });
    const subscribeWith = async ({ accessKeyId }: NewAccessKey, address: string) => {
      api.as({ ...ada, accessKeyId });
      const webhook = { topic: "completed", kind: "webhook", address };
      expect(await api.json("POST", "/v1/subscriptions", webhook)).toMatchObject({
        madeWith: accessKeyId,
      });
    };
    await subscribeWith(revoked, receiver.url);
    await subscribeWith(brief, `${receiver.url}/2`);
    await notices.deliverDue();
    receiver.answer = (_request, response) => void response.writeHead(500).end();
    await api.made("a.mp4");
    await notices.deliverDue();
    expect(await notices.counts()).toEqual({ delivered: 2, waiting: 2 });
    await access.revokeKey(revoked.accessKeyId);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, expiresAt - Date.now()) + 10));
    const seen = receiver.requests.length;
    await api.made("b.mp4");
    api.as(ada);
    expect(await api.json("GET", "/v1/subscriptions")).toEqual({ items: [] });
    for (const body of [{}, { since: new Date(0).toISOString() }])
      expect(await api.json("POST", "/v1/deliveries/replay", body)).toEqual({ waiting: 0 });
    api.sql("UPDATE subscriptions SET rest_until = 0; UPDATE deliveries SET next_at = 0");
    await notices.deliverDue();
    expect(receiver.requests).toHaveLength(seen);
    api.as({ ...ada, accessKeyId: revoked.accessKeyId });
    const late = { topic: "error", kind: "webhook", address: receiver.url };
    expect((await ask("POST", "/v1/subscriptions", late)).status).toBe(401);
  });

  it("one address is asked once for both topics, and one URL has one secret", async () => {
    const both = { topic: "both", kind: "email", address: "a@b.c" };
    const { subscriptions } = await api.json<{ subscriptions: object[] }>(
      "POST",
      "/v1/subscriptions",
      both,
    );
    expect(subscriptions).toMatchObject([{ topic: "completed" }, { topic: "error" }]);
    await dailies.notices.deliverDue();
    expect(mail.mails).toHaveLength(1);
    expect(lastMail()).toContain("a media file is ready, and when a media file has failed");
    await ask("POST", linkIn(lastMail(), "confirm"));
    const states = (await dailies.notices.subscriptions()).map(({ state }) => state);
    expect(states).toEqual(["confirmed", "confirmed"]);
    const hook = { kind: "webhook", address: receiver.url } as const;
    const first = await dailies.notices.subscribe({ ...hook, topic: "error", owner: "ada" });
    const second = await dailies.notices.subscribe({ ...hook, topic: "completed", owner: "ada" });
    expect([first.secret, second.secret]).toEqual([expect.stringMatching(/^whsec_/), undefined]);
    await dailies.notices.deliverDue();
    const verifier = new Webhook(first.secret ?? "");
    expect(receiver.requests).toHaveLength(2);
    for (const { body, headers } of receiver.requests) verifier.verify(body, { ...headers });
    const { secret } = await dailies.notices.rotate(second.subscription.id);
    await dailies.notices.test(first.subscription.id);
    await dailies.notices.deliverDue();
    const { body = "", headers = {} } = receiver.requests.at(-1) ?? {};
    new Webhook(secret).verify(body, { ...headers });
  });
});
