import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSeal } from "../access/seal.ts";
import { openDatabase } from "../state/sqlite/open.ts";
import type { Notices } from "./notices.ts";
import { createOutcomes, failed, type Outcomes } from "./outcome.fixture.ts";
import {
  openMailServer,
  openNotices,
  openReceiver,
  type MailServer,
  type Receiver,
} from "./receivers.fixture.ts";

/** A library that was restored without its master key: what was sealed with it opens no more. */
describe("without the master key that secrets were sealed with", () => {
  let folder: string;
  let mail: MailServer;
  let receiver: Receiver;
  let database: DatabaseSync;
  let notices: Notices;
  let world: Outcomes;
  let left: string;

  const open = (keyFile: string) =>
    openNotices({
      database,
      seal: createSeal({ keyFile: join(folder, keyFile) }),
      publicUrl: "https://d.example",
      smtp: { host: "127.0.0.1", port: mail.port, secure: false, from: "dailies@example.org" },
    });
  const log = () => join(folder, "log");
  const linkIn = (text = "", what: string) =>
    decodeURIComponent(new RegExp(`${what}\\?code=([^\\s>]+)`).exec(text)?.[1] ?? "");

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "dailies-lost-key-"));
    [mail, receiver] = await Promise.all([openMailServer(), openReceiver()]);
    database = openDatabase(":memory:");
    const before = await open("first.key");
    for (const [kind, address] of [
      ["webhook", receiver.url],
      ["email", "ada@example.org"],
      ["log", log()],
    ] as const)
      await before.notices.subscribe({ topic: "error", kind, address, owner: "*" });
    await before.notices.deliverDue();
    await before.notices.confirm(linkIn(mail.mails[0]?.mail.text, "confirm"));
    world = createOutcomes(database);
    await world.end("before.mp4", failed());
    await before.notices.deliverDue();
    left = linkIn(mail.mails[1]?.mail.text, "unsubscribe");
    createSeal({ keyFile: join(folder, "second.key") }).seal("anything");
    ({ notices } = await open("second.key"));
  });
  afterEach(async () => {
    await Promise.all([mail.close(), receiver.close()]);
    database.close();
    rmSync(folder, { recursive: true });
  });

  const idOf = async (kind: string) =>
    (await notices.subscriptions()).find((one) => one.kind === kind)?.id ?? "";

  it("e-mails and the log go on, and what must be signed is a dead letter that says why", async () => {
    await world.end("a.mp4", failed());
    expect(await notices.deliverDue()).toEqual({ delivered: 2, failed: 0, dead: 1 });
    expect(mail.mails.at(-1)?.mail.subject).toBe("Cannot be used: a.mp4");
    expect(mail.mails.at(-1)?.mail.text).toContain("dailies notify unsubscribe");
    expect(readFileSync(log(), "utf8")).toContain("a.mp4");
    const id = await idOf("webhook");
    expect(await notices.dead()).toMatchObject([
      { kind: "webhook", name: "a.mp4", lastError: expect.stringContaining(`rotate ${id}`) },
    ]);
    expect((await notices.dead())[0]?.lastError).toContain("not the key it was sealed with");
  });

  it("a new secret takes the place of one that is lost, and the dead letters come after all", async () => {
    await world.end("a.mp4", failed());
    await notices.deliverDue();
    const { secret } = await notices.rotate(await idOf("webhook"));
    expect(await notices.replay({ dead: true })).toBe(1);
    expect(await notices.deliverDue()).toMatchObject({ delivered: 1 });
    const told = receiver.requests.at(-1);
    new Webhook(secret).verify(told?.body ?? "", told?.headers ?? {});
  });

  it("a link from before still ends the messages, and no other does", async () => {
    const id = await idOf("email");
    await expect(notices.unsubscribe(`${id}.AAAA`)).rejects.toMatchObject({ code: "not_found" });
    expect(await notices.unsubscribe(left)).toMatchObject({ id, state: "removed" });
  });
});
