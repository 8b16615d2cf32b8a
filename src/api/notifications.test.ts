import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../state/sqlite/open.ts";
import { createFilesystemObjectStore } from "../objects/filesystem.ts";
import { putText } from "../objects/stored.ts";
import { createOutcomes, failed } from "../notify/outcome.fixture.ts";
import {
  openMailServer,
  openReceiver,
  type MailServer,
  type Receiver,
} from "../notify/receivers.fixture.ts";
import { readConfig } from "../config/config.ts";
import type { Library } from "../app/library.ts";
import { openDailies } from "../runtime/local.ts";
import { createApi } from "./app.ts";
import type { Caller } from "./environment.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

describe("notifications over HTTP", () => {
  let folder: string;
  let dailies: Library;
  let mail: MailServer;
  let receiver: Receiver;
  let caller: Caller | undefined;
  let ask: (method: string, path: string, body?: object) => Promise<Response>;
  const ada: Caller = { owner: "ada", scopes: ["read", "write"] };
  const bob: Caller = { owner: "bob", scopes: ["read", "write"] };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "dailies-api-"));
    [mail, receiver] = await Promise.all([openMailServer(), openReceiver()]);
    const config = readConfig(
      { dataDir: folder },
      {
        DAILIES_SMTP_URL: `smtp://127.0.0.1:${mail.port}?from=dailies@example.org`,
        DAILIES_PUBLIC_URL: "https://d.example",
      },
    );
    const webhooks = { ...config.notices.webhooks, allowPrivate: true };
    dailies = await openDailies({ ...config, notices: { ...config.notices, webhooks } });
    caller = ada;
    const app = createApi({
      dailies,
      log,
      security: [
        async (c, next) => {
          c.set("caller", caller);
          await next();
        },
      ],
    });
    ask = async (method, path, body) =>
      app.request(path, { method, ...(body && { body: JSON.stringify(body) }) });
  });
  afterEach(async () => {
    await dailies.close();
    await Promise.all([mail.close(), receiver.close()]);
    rmSync(folder, { recursive: true });
  });

  /** Media of ada's that end without any engine. */
  const end = async (name: string) => {
    const database = openDatabase(join(folder, "dailies.db"));
    await createOutcomes(database).end(name, failed(), "ada");
    database.close();
  };
  const json = async <T>(response: Promise<Response>): Promise<T> =>
    (await (await response).json()) as T;
  const linkIn = (text = "", what: string): string =>
    new RegExp(`https://d.example(/v1/subscriptions/${what}\\S*)`)
      .exec(text)?.[1]
      ?.replace(/[>,]+$/, "") ?? "";

  it("an e-mail address confirms with a button, not by its link alone, and ends by one", async () => {
    const wish = { topic: "error", kind: "email", address: "ada@example.org" };
    const made = await ask("POST", "/v1/subscriptions", wish);
    expect([made.status, await made.json()]).toEqual([
      201,
      expect.objectContaining({ ...wish, state: "pending" }),
    ]);
    await dailies.notices.deliverDue();
    const link = linkIn(mail.mails[0]?.mail.text, "confirm");
    caller = undefined;
    const shown = await ask("GET", link);
    expect(await shown.text()).toContain('<form method="post"><button>');
    expect(await dailies.notices.subscriptions()).toMatchObject([{ state: "pending" }]);
    expect((await ask("POST", link)).status).toBe(200);
    expect((await ask("POST", link)).status).toBe(400);
    expect(await dailies.notices.subscriptions()).toMatchObject([{ state: "confirmed" }]);
    await end("a.mp4");
    await dailies.notices.deliverDue();
    const leave = linkIn(mail.mails[1]?.mail.text, "unsubscribe");
    expect((await ask("GET", leave)).status).toBe(200);
    expect(await dailies.notices.subscriptions()).toHaveLength(1);
    expect((await ask("POST", leave)).status).toBe(200);
    expect(await dailies.notices.subscriptions()).toEqual([]);
  });

  it("an output in a mail is there for who has the link, as long as it is there", async () => {
    await ask("POST", "/v1/subscriptions", { topic: "completed", kind: "email", address: "a@b.c" });
    await dailies.notices.deliverDue();
    caller = undefined;
    await ask("POST", linkIn(mail.mails[0]?.mail.text, "confirm"));
    const database = openDatabase(join(folder, "dailies.db"));
    const world = createOutcomes(database);
    const version = await world.add("a.mp4", "ada");
    const objects = createFilesystemObjectStore({ dir: join(folder, "objects") });
    const place = { bucket: "outputs", key: "output/web/a.mp4" } as const;
    const object = await putText(objects, place, "moving pictures", "video/mp4");
    await world.apply("a.mp4", version, [
      { type: "putOutput", version, object },
      { type: "enqueue", job: world.job("a.mp4", version) },
    ]);
    await world.work();
    await dailies.notices.deliverDue();
    const link = /https:\/\/d.example(\/v1\/outputs\S*)/.exec(mail.mails[1]?.mail.text ?? "")?.[1];
    const given = await ask("GET", link ?? "");
    expect([given.status, await given.text()]).toEqual([200, "moving pictures"]);
    expect(given.headers.get("content-type")).toBe("video/mp4");
    expect((await ask("GET", (link ?? "").replace(".0.", ".1."))).status).toBe(404);
    expect((await ask("GET", "/v1/outputs")).status).toBe(400);
    await world.add("a.mp4", "ada"); // other bytes
    expect((await ask("GET", link ?? "")).status).toBe(404);
    database.close();
  });

  it("a webhook may confirm by visiting, is told once, and seen by its owner alone", async () => {
    receiver.answer = (_request, response) => void response.end();
    const wish = { topic: "error", kind: "webhook", address: receiver.url };
    const { id, secret } = await json<{ id: string; secret: string }>(
      ask("POST", "/v1/subscriptions", wish),
    );
    expect(secret).toMatch(/^whsec_/);
    await dailies.notices.deliverDue();
    const { data } = JSON.parse(receiver.requests[0]?.body ?? "") as {
      data: { confirmUrl: string };
    };
    expect(await (await ask("GET", linkIn(data.confirmUrl, "confirm"))).text()).toContain(
      "Confirmed",
    );
    await end("a.mp4");
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
    caller = bob;
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
    caller = ada;
    expect((await ask("DELETE", `/v1/subscriptions/${id}`)).status).toBe(204);
  });

  it("pages go through everything once", async () => {
    for (let n = 0; n < 5; n += 1) await end(`${n}.mp4`);
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
  ])("refuses %j", async (wish, word) => {
    const response = await ask("POST", "/v1/subscriptions", wish);
    expect(response.status).toBe(400);
    expect(JSON.stringify(await response.json())).toContain(word);
    expect(await dailies.notices.subscriptions()).toEqual([]);
  });
});
