import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Library } from "../app/library.ts";
import type { MailServer, Receiver } from "../notify/receivers.fixture.ts";
import { ada, bob, linkIn, openNoticeApi, type NoticeApi } from "./notices.fixture.ts";

describe("notifications over HTTP", () => {
  let api: NoticeApi;
  let dailies: Library;
  let mail: MailServer;
  let receiver: Receiver;
  let ask: NoticeApi["ask"];
  const json = async <T>(response: Promise<Response>): Promise<T> =>
    (await (await response).json()) as T;

  beforeEach(async () => {
    api = await openNoticeApi();
    ({ dailies, mail, receiver, ask } = api);
  });
  afterEach(() => api.close());

  it("an e-mail address confirms with a button, not by its link alone, and ends by one", async () => {
    const wanted = { topic: "error", kind: "email", address: "ada@example.org" };
    const made = await ask("POST", "/v1/subscriptions", wanted);
    expect([made.status, await made.json()]).toEqual([
      201,
      expect.objectContaining({ ...wanted, state: "pending" }),
    ]);
    await dailies.notices.deliverDue();
    const link = linkIn(mail.mails[0]?.mail.text, "confirm");
    api.as(undefined);
    const shown = await ask("GET", link);
    expect(await shown.text()).toContain('<form method="post"><button>');
    expect(await dailies.notices.subscriptions()).toMatchObject([{ state: "pending" }]);
    expect((await ask("POST", link)).status).toBe(200);
    expect((await ask("POST", link)).status).toBe(400);
    expect(await dailies.notices.subscriptions()).toMatchObject([{ state: "confirmed" }]);
    await api.fails("a.mp4");
    await dailies.notices.deliverDue();
    const leave = linkIn(mail.mails[1]?.mail.text, "unsubscribe");
    expect((await ask("GET", leave)).status).toBe(200);
    expect(await dailies.notices.subscriptions()).toHaveLength(1);
    expect((await ask("POST", leave)).status).toBe(200);
    expect(await dailies.notices.subscriptions()).toEqual([]);
  });

  it("a webhook may confirm by visiting, is told once, and seen by its owner alone", async () => {
    receiver.answer = (_request, response) => void response.end();
    const wanted = { topic: "error", kind: "webhook", address: receiver.url };
    const { id, secret } = await json<{ id: string; secret: string }>(
      ask("POST", "/v1/subscriptions", wanted),
    );
    expect(secret).toMatch(/^whsec_/);
    await dailies.notices.deliverDue();
    const { data } = JSON.parse(receiver.requests[0]?.body ?? "") as {
      data: { confirmUrl: string };
    };
    expect(await (await ask("GET", linkIn(data.confirmUrl, "confirm"))).text()).toContain(
      "Confirmed",
    );
    await api.fails("a.mp4");
    await dailies.notices.deliverDue();
    const { items } = await json<{ items: { id: string; content?: object }[] }>(
      ask("GET", "/v1/notifications?name=a.mp4"),
    );
    expect(items).toMatchObject([{ topic: "error", content: { name: "a.mp4" } }]);
    const message = `/v1/notifications/${items[0]?.id}`;
    expect(await json(ask("GET", message))).toMatchObject({
      deliveries: [{ state: "delivered", address: receiver.url, attempts: 1 }],
    });
    expect(await json(ask("POST", `${message}/replay`))).toEqual({ waiting: 1 });
    expect(await json(ask("POST", "/v1/deliveries/replay", {}))).toEqual({ waiting: 0 });
    expect(await json(ask("GET", "/v1/deliveries?state=waiting"))).toMatchObject({
      items: [{ name: "a.mp4" }],
    });
    expect((await ask("POST", `/v1/subscriptions/${id}/rotate`)).status).toBe(200);
    expect((await ask("POST", `/v1/subscriptions/${id}/test`)).status).toBe(202);
    api.as(bob);
    expect(await json(ask("GET", "/v1/subscriptions"))).toEqual({ items: [] });
    expect(await json(ask("GET", "/v1/notifications"))).toEqual({ items: [] });
    expect(await json(ask("GET", "/v1/deliveries"))).toEqual({ items: [] });
    for (const [method, path] of [
      ["GET", message],
      ["POST", `${message}/replay`],
      ["DELETE", `/v1/subscriptions/${id}`],
      ["POST", `/v1/subscriptions/${id}/rotate`],
      ["POST", `/v1/subscriptions/${id}/test`],
    ] as const)
      expect([path, (await ask(method, path)).status]).toEqual([path, 404]);
    api.as(ada);
    expect((await ask("DELETE", `/v1/subscriptions/${id}`)).status).toBe(204);
  });

  it("pages go through everything once", async () => {
    for (let n = 0; n < 5; n += 1) await api.fails(`${n}.mp4`);
    const names: string[] = [];
    for (let cursor: string | undefined = ""; cursor !== undefined;) {
      const page: { items: { content: { name: string } }[]; next?: string } = await json(
        ask("GET", `/v1/notifications?limit=2${cursor && `&cursor=${cursor}`}`),
      );
      names.push(...page.items.map(({ content }) => content.name));
      cursor = page.next;
    }
    expect(names).toEqual(["4.mp4", "3.mp4", "2.mp4", "1.mp4", "0.mp4"]);
  });

  it.each([
    [{ topic: "error", kind: "log", address: "/etc/passwd" }, "kind"],
    [{ topic: "all", kind: "email", address: "a@b.c" }, "topic"],
    [{ topic: "error", kind: "email", address: "a@b.c", owner: "*" }, "owner"],
    [{ topic: "error", kind: "email", address: "a@b.c\r\nBcc: d@e.f" }, "e-mail address"],
    [{ topic: "error", kind: "webhook", address: "file:///etc/passwd" }, "http"],
    [{ topic: "error", kind: "webhook", address: "https://a.example", secret: "short" }, "secret"],
  ])("refuses %j", async (wanted, word) => {
    const response = await ask("POST", "/v1/subscriptions", wanted);
    expect(response.status).toBe(400);
    expect(JSON.stringify(await response.json())).toContain(word);
    expect(await dailies.notices.subscriptions()).toEqual([]);
  });
});
