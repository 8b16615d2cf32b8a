import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createEmailSender, type Smtp } from "./email.ts";
import type { Notices } from "./notices.ts";
import { createOutcomes, failed, type Outcomes } from "./outcome.fixture.ts";
import { message } from "./outgoing-mail.fixture.ts";
import { openMailServer, openNotices, type MailServer } from "./receivers.fixture.ts";

const from = "Dailies <dailies@example.org>";

function smtpAt(port: number): Smtp {
  return { host: "127.0.0.1", port, secure: false, from };
}

describe("e-mail", () => {
  let server: MailServer;
  let notices: Notices;
  let world: Outcomes;
  let database: Awaited<ReturnType<typeof openNotices>>["database"];
  let close: () => void;
  beforeEach(async () => {
    server = await openMailServer();
    const smtp = smtpAt(server.port);
    ({ database, notices, close } = await openNotices({
      smtp,
      publicUrl: "https://d.example",
      delays: [500, 500, 500], // longer than one round of sending takes on a busy machine
    }));
    world = createOutcomes(database);
  });
  afterEach(async () => {
    await server.close();
    close();
  });

  const subscribe = (address: string, topic: "completed" | "error" = "completed") =>
    notices.subscribe({ topic, kind: "email", address, owner: "*" });
  const tokenIn = (text = ""): string => /confirm\?code=([\w-]+)/.exec(text)?.[1] ?? "";
  const confirmed = async (address: string, topic?: "completed" | "error") => {
    const { subscription } = await subscribe(address, topic);
    await notices.deliverDue();
    await notices.confirm(tokenIn(server.mails.at(-1)?.mail.text));
    server.mails.length = 0;
    return subscription.id;
  };
  const header = (name: string): string | undefined =>
    server.mails.at(-1)?.mail.headers.find(({ key }) => key === name)?.value;

  it("goes to no address that has not confirmed, and asks once", async () => {
    await subscribe("ada@example.org");
    await subscribe("ada@example.org");
    await world.end("a.mp4");
    await notices.deliverDue();
    expect(server.mails.map(({ mail }) => mail.subject)).toEqual([
      "Please confirm: messages from Dailies",
    ]);
    const token = tokenIn(server.mails[0]?.mail.text);
    const kept = database.prepare("SELECT * FROM confirmation_tokens").all();
    expect(token).toHaveLength(44);
    expect(JSON.stringify(kept)).not.toContain(token);
    await expect(notices.confirm(`${token}x`)).rejects.toMatchObject({ code: "invalid_token" });
    expect(await notices.confirm(token)).toMatchObject([{ state: "confirmed" }]);
    await expect(notices.confirm(token)).rejects.toMatchObject({ code: "invalid_token" });
    await world.end("b.mp4");
    await notices.deliverDue();
    expect(server.mails.map(({ mail }) => mail.subject).slice(1)).toEqual(["Ready: b.mp4"]);
  });

  it("asks no address again and again, however often somebody subscribes and removes it", async () => {
    const limited = { code: "rate_limited" };
    const id = await confirmed("ada@example.org");
    await notices.remove(id);
    await expect(subscribe("ada@example.org")).rejects.toMatchObject(limited);
    await subscribe("ada@example.org", "error");
    // whichever owner subscribes it
    const asked = () =>
      Number(database.prepare("SELECT count(*) AS n FROM deliveries").get()?.["n"]);
    const wanted = { topic: "error", kind: "email", address: "ada@example.org" } as const;
    const owners = Array.from({ length: 20 }, (_, n) =>
      notices.subscribe({ ...wanted, owner: `${n}` }),
    );
    const refused = (await Promise.allSettled(owners)).filter(
      ({ status }) => status === "rejected",
    );
    expect(refused).toHaveLength(10);
    expect(asked()).toBe(12);
    database.exec("UPDATE notifications SET at = at - 3600001");
    expect(await subscribe("ada@example.org")).toMatchObject({
      subscription: { state: "pending" },
    });
  });

  it("takes no token that has expired", async () => {
    await subscribe("ada@example.org");
    await notices.deliverDue();
    database.exec("UPDATE confirmation_tokens SET expires_at = 1");
    const late = notices.confirm(tokenIn(server.mails[0]?.mail.text));
    await expect(late).rejects.toMatchObject({ code: "invalid_token" });
  });

  it("says what was made, with links, the transcript's first lines and what is seen", async () => {
    await confirmed("ada@example.org");
    const version = await world.add("talks/a&b.mp4");
    const words = Array.from({ length: 300 }, (_, n) => ({
      text: `word${n}`,
      startMs: n,
      endMs: n,
    }));
    const object = { bucket: "outputs", version: "v", sha256: "0", sizeBytes: 2_000_000 } as const;
    const key = "output/web/talks/a&b.mp4";
    await world.apply("talks/a&b.mp4", version, [
      {
        type: "putOutput",
        version,
        object: { ...object, key, contentType: "video/mp4" },
      },
      {
        type: "putOutput",
        version,
        object: { ...object, key: "output/poster/talks/a&b.jpg", contentType: "image/jpeg" },
      },
      {
        type: "putTranscript",
        version,
        transcript: { languageCode: "en-US", words, engine: { name: "x" } } as never,
        metadata: { JsonFile: "x.json", transcript: "" },
      },
      { type: "putLabels", version, labels: [{ name: "Dog", confidence: 0.9, parents: [] }] },
      { type: "enqueue", job: world.job("talks/a&b.mp4", version) },
    ]);
    await world.work();
    await notices.deliverDue();
    const { mail, to } = server.mails[0] ?? {};
    expect(to).toEqual(["ada@example.org"]);
    expect(mail?.subject).toBe("Ready: talks/a&b.mp4");
    expect(mail?.text).toContain("> word0 word1 word2");
    expect(mail?.text).toContain("…");
    expect(mail?.text).toContain("Seen: Dog");
    const codes = Array.from(
      (mail?.text ?? "").matchAll(/v1\/outputs\?code=([\w.-]+)/g),
      ([, one = ""]) => one,
    );
    expect(await notices.openLink(codes[0] ?? "")).toMatchObject({ kind: "poster" });
    expect(mail?.html).toMatch(
      /<img src="https:\/\/d\.example\/v1\/outputs\?code=[^"]+" alt="Poster of/,
    );
    const code = codes.at(-1) ?? "";
    expect(await notices.openLink(code)).toMatchObject({
      name: "talks/a&b.mp4",
      version,
      kind: "web",
      owner: "local",
      subscriptionOwner: "*",
    });
    for (const other of [code.slice(0, -2), `${code}A`, code.replace(/.\./, "0."), ""])
      await expect(notices.openLink(other), other).rejects.toMatchObject({ code: "not_found" });
    expect(mail?.html).toContain("<h2>talks/a&amp;b.mp4 is ready</h2>");
    expect(header("auto-submitted")).toBe("auto-generated");
    expect(header("list-unsubscribe")).toMatch(
      /^<https:\/\/d\.example\/v1\/subscriptions\/unsubscribe\?code=/,
    );
    expect(header("list-unsubscribe-post")).toBe("List-Unsubscribe=One-Click");
  });

  it("says of a failure the step, the code, the remedy and the last lines", async () => {
    await confirmed("ada@example.org", "error");
    await world.end("a.mp4", failed("damaged_media", "moov atom not found\n<b>&"));
    await notices.deliverDue();
    const { mail } = server.mails[0] ?? {};
    expect(mail?.subject).toBe("Cannot be used: a.mp4");
    expect(mail?.text).toContain("This file cannot be used: it is broken (damaged_media)");
    expect(mail?.text).toContain("What to do: Export it again.");
    expect(mail?.text).toContain("> moov atom not found\n> <b>&");
    expect(mail?.html).toContain("moov atom not found\n&lt;b&gt;&amp;");
  });

  it("has no header and no recipient from the name of a media file", async () => {
    await confirmed("ada@example.org");
    const name = "x\r\nBcc: eve@example.org\r\n\r\n<script>\u202e\u2028.mp4";
    await world.end(name);
    await notices.deliverDue();
    const [{ to, mail, raw } = { to: [], mail: undefined, raw: "" }] = server.mails;
    expect(to).toEqual(["ada@example.org"]);
    expect(mail?.bcc).toBeUndefined();
    expect(raw.slice(0, raw.indexOf("\r\n\r\n"))).not.toMatch(/^Bcc/im);
    expect(mail?.html).not.toContain("<script>");
  });

  it("waits while the mail server is down, and comes when it is up again, once", async () => {
    await confirmed("ada@example.org");
    const { port } = server;
    await server.close();
    await world.end("a.mp4");
    expect(await notices.deliverDue()).toEqual({ delivered: 0, failed: 1, dead: 0 });
    expect((await notices.deliveries({ state: "waiting" }))[0]?.lastError).toMatch(/ECONNREFUSED/);
    server = await openMailServer(port);
    while ((await notices.counts()).waiting !== undefined) await notices.deliverDue();
    expect(await notices.deliverDue()).toEqual({ delivered: 0, failed: 0, dead: 0 });
    const id = (await notices.notifications({ name: "a.mp4" }))[0]?.id;
    expect(server.mails[0]?.mail.messageId).toMatch(new RegExp(`^<${id}\\.\\w+@example\\.org>$`));
  });

  it("waits no longer for a mail server than it may", async () => {
    const silent = createServer((socket) => void socket.on("error", () => {})).listen(
      0,
      "127.0.0.1",
    );
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const sender = createEmailSender({ smtp: smtpAt(port), timeoutMs: 50 });
    const never = new AbortController().signal;
    expect(await sender.send(message("a.mp4", ""), never)).toEqual({
      state: "failed",
      error: "the mail server took more than 0.05 s",
    });
    await new Promise((resolve) => silent.close(resolve)); // its connection is closed, too
  });

  it("is a dead letter at once when the mailbox is refused for good", async () => {
    await confirmed("ada@example.org");
    server.refused.add("ada@example.org");
    await world.end("a.mp4");
    expect(await notices.deliverDue()).toEqual({ delivered: 0, failed: 0, dead: 1 });
    expect((await notices.dead())[0]).toMatchObject({ attempts: 1, address: "ada@example.org" });
  });

  it("comes once to a mailbox that wants everybody's and its own", async () => {
    await confirmed("ada@example.org");
    await notices.subscribe({
      topic: "completed",
      kind: "email",
      address: "ada@example.org",
      owner: "local",
    });
    await notices.deliverDue();
    await notices.confirm(tokenIn(server.mails[0]?.mail.text));
    server.mails.length = 0;
    await world.end("a.mp4");
    await notices.deliverDue();
    expect(server.mails).toHaveLength(1);
  });

  it("can be ended by the link in each message, and by no other token", async () => {
    const id = await confirmed("ada@example.org");
    await world.end("a.mp4");
    await notices.deliverDue();
    const token = decodeURIComponent(
      /unsubscribe\?code=([^>]+)>/.exec(header("list-unsubscribe") ?? "")?.[1] ?? "",
    );
    await expect(notices.unsubscribe(`${id}.AAAA`)).rejects.toMatchObject({ code: "not_found" });
    expect(await notices.unsubscribe(token)).toMatchObject({ id, state: "removed" });
    await world.end("b.mp4");
    expect(await notices.deliverDue()).toMatchObject({ delivered: 0 });
  });

  it("is refused where no mail server is set", async () => {
    const { notices: without, close: end } = await openNotices();
    const wanted = { topic: "error", kind: "email", address: "a@b.c", owner: "*" } as const;
    await expect(without.subscribe(wanted)).rejects.toMatchObject({ code: "invalid_config" });
    end();
  });
});
