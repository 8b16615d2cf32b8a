import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SubscribedJson } from "../src/cli/notify.ts";
import { createSeal } from "../src/access/seal.ts";
import { openDatabase } from "../src/state/sqlite/open.ts";
import { createOutcomes, failed } from "../src/notify/outcome.fixture.ts";
import {
  openMailServer,
  openNotices,
  openReceiver,
  type Receiver,
} from "../src/notify/receivers.fixture.ts";
import { dailies, dailiesCommand, start, until } from "./support/command.ts";

/** Whole processes deliver messages: killed ones, several at the same time, and from the command line. */

let folder: string;
let library: string;
let receiver: Receiver;

const messages = () => receiver.requests.slice(1).map(({ headers }) => headers["webhook-id"] ?? "");

/** Media files that end without any engine. */
async function endMedia(count: number, outcome?: ReturnType<typeof failed>): Promise<void> {
  const database = openDatabase(join(library, "dailies.db"));
  const world = createOutcomes(database);
  for (let n = 0; n < count; n += 1) await world.end(`${count}-${n}.mp4`, outcome);
  database.close();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "dailies-told-"));
  library = join(folder, "library");
  openDatabase(join(library, "dailies.db")).close();
  receiver = await openReceiver();
});
afterEach(async () => {
  await receiver.close();
  rmSync(folder, { recursive: true });
});

describe("delivery", () => {
  it("loses no message when it is killed, and repeats a message only under the same id", async () => {
    writeFileSync(
      join(library, "config.json"),
      JSON.stringify({ webhooks: { allowPrivate: true } }),
    );
    const subscribed = await dailies(
      library,
      "notify",
      "subscribe",
      "completed",
      receiver.url,
      "--json",
    );
    const { subscriptions } = JSON.parse(subscribed.stdout) as { subscriptions: SubscribedJson[] };
    expect(subscriptions).toMatchObject([{ state: "confirmed", secret: /^whsec_/ }]);
    await endMedia(12);
    const { answer } = receiver;
    receiver.answer = (request, response, seen) => {
      if (seen !== 5) answer(request, response, seen); // the receiver takes the message, but never answers
    };
    const { child, ended } = start([...dailiesCommand, "notify", "deliver", "--data-dir", library]);
    await until("the fifth request", () => receiver.requests.length === 5);
    child.kill("SIGKILL");
    await ended;
    const again = await dailies(library, "notify", "deliver", "--json");
    expect(JSON.parse(again.stdout)).toEqual({ delivered: 9, failed: 0, dead: 0 });
    expect(messages()).toHaveLength(13);
    expect(new Set(messages()).size).toBe(12);
    expect(messages()[4]).toBe(messages()[3]);
  });

  it("by several processes at the same time sends each message once", async () => {
    const seal = createSeal({ keyFile: join(folder, "master.key") });
    const other = await openReceiver();
    const all = await Promise.all(
      Array.from({ length: 4 }, () =>
        openNotices({ seal, database: openDatabase(join(library, "dailies.db")) }),
      ),
    );
    const [first] = all;
    for (const address of [receiver.url, other.url])
      await first?.notices.subscribe({ topic: "completed", kind: "webhook", address, owner: "*" });
    await first?.notices.deliverDue();
    await endMedia(20);
    const reports = await Promise.all(all.map(({ notices }) => notices.deliverDue()));
    expect(reports.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(40);
    expect(new Set(messages()).size).toBe(20);
    expect(messages()).toHaveLength(20);
    expect(other.requests).toHaveLength(21);
    for (const { close } of all) close();
    await other.close();
  });

  it("sends e-mail with settings from the environment, and exits with 2 when messages are left", async () => {
    const server = await openMailServer();
    const env = {
      ...process.env,
      DAILIES_SMTP_URL: `smtp://127.0.0.1:${server.port}?from=dailies@example.org`,
    };
    const run = (...args: string[]) =>
      start([...dailiesCommand, "notify", ...args, "--data-dir", library], { env }).ended;
    const { stdout } = await run("subscribe", "error", "ada@example.org");
    expect(stdout).toContain("It was asked to confirm.");
    const [, token = ""] = /notify confirm ([\w-]+)/.exec(server.mails[0]?.mail.text ?? "") ?? [];
    expect((await run("confirm", token)).stdout).toBe("Confirmed: error → ada@example.org\n");
    await endMedia(2, failed("damaged_media", "moov atom not found"));
    await server.close();
    const down = await run("deliver");
    expect(down).toMatchObject({ exitCode: 2, stdout: "0 delivered, 1 to be tried again.\n" });
  });
});
