import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { createLogSender } from "./log.ts";
import type { Outgoing } from "./notice.ts";
import { createOutcomes } from "./outcome.fixture.ts";
import { openNotices } from "./receivers.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "dailies-notify-log-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A test message to a path, as far as a log reads it. */
const to = (address: string): Outgoing =>
  ({
    notification: { id: "n1", kind: "test", topic: "completed", at: 0 },
    subscription: { id: "s1", topic: "completed", kind: "log", address },
  }) as unknown as Outgoing;

const signal = new AbortController().signal;

it("a log gets whole lines, and none is delivered that did not fit", async () => {
  const path = join(folder, "lines.jsonl");
  for (let count = 0; count < 2; count += 1)
    expect(await createLogSender().send(to(path), signal)).toEqual({ state: "delivered" });
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(["n1", "n1"]);
  expect(await createLogSender().send(to("/dev/full"), signal)).toMatchObject({ state: "failed" });
});

it("a pipe without a reader is a failure, not an endless wait", async () => {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  expect(await createLogSender().send(to(pipe), signal)).toMatchObject({ state: "failed" });
});

it("has one line a message of an outcome, with its id", async () => {
  const { database, notices, close } = await openNotices();
  const address = join(folder, "outcomes.jsonl");
  await notices.subscribe({ topic: "completed", kind: "log", address, owner: "*" });
  const world = createOutcomes(database);
  await world.end("a\nb.mp4");
  await world.end("c.mp4");
  await notices.deliverDue();
  const lines = readFileSync(address, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { id: expect.stringMatching(/^msg_/), type: "media.ready", data: { name: "a\nb.mp4" } },
    { id: expect.stringMatching(/^msg_/), type: "media.ready", data: { name: "c.mp4" } },
  ]);
  close();
});
