import { afterEach, beforeAll, expect, it } from "vitest";
import { createChildPool } from "./child-pool.ts";
import type { ChildPool } from "./child-pool.ts";
import { createSandbox } from "./create.ts";
import { z } from "zod";
import { startPersistentChild } from "./persistent-child.ts";
import type { PersistentChild } from "./persistent-child.ts";
import type { Sandbox } from "./sandbox.ts";

let sandbox: Sandbox;
const opened: { close(): Promise<void> }[] = [];
const never = new AbortController().signal;

beforeAll(async () => {
  sandbox = await createSandbox();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

/** A child that says it is ready, then runs `answer` for each piece of its input. */
const program = (answer: string) => `
  const say = (value) => console.log(JSON.stringify(value));
  say("ready");
  process.stdin.on("data", (bytes) => { ${answer} });`;

async function start(answer: string, answerTimeoutMs?: number) {
  const { child, ready } = await startPersistentChild({
    answers: z.unknown(),
    sandbox,
    name: "the parrot",
    command: {
      command: process.execPath,
      args: ["-e", program(answer)],
      reads: [],
      memoryBytes: 4 * 1024 ** 3,
    },
    signal: never,
    ...(answerTimeoutMs === undefined ? {} : { answerTimeoutMs }),
  });
  expect(ready).toBe("ready");
  opened.push(child);
  return child;
}

const ask = (child: PersistentChild<unknown>, text = "hello", signal = never) =>
  child.ask([Buffer.from(text)], signal);

it("answers one thing after the other, however long", async () => {
  const child = await start("say(bytes.toString()); ");
  expect(await ask(child, "é")).toBe("é");
  expect(child.isIdle()).toBe(true);
  const long = await start('say("x".repeat(1_000_000));');
  expect(await ask(long)).toHaveLength(1_000_000);
});

it.each([
  ["speaks nonsense", 'console.log("{oops");', "nonsense"],
  ["dies", "process.exit(3);", "code 3"],
  ["is killed", 'process.kill(process.pid, "SIGKILL");', "unexpectedly"],
  ["hangs", "", "hangs"],
])("fails when the child %s, and from then on", async (_what, answer, message) => {
  const child = await start(answer, 2_000);
  const failure = { code: "engine_failed", message: expect.stringContaining(message) as string };
  await expect(ask(child)).rejects.toMatchObject(failure);
  expect(child.isIdle()).toBe(false);
  await expect(ask(child)).rejects.toMatchObject(failure);
});

it("ends a child that answers what nobody asked: the next answer would be taken for another's", async () => {
  const child = await start("say(1); setTimeout(() => say(2), 20);");
  expect(await ask(child)).toBe(1);
  await expect.poll(() => child.isIdle()).toBe(false);
  await expect(ask(child)).rejects.toMatchObject({ code: "engine_failed" });
});

it("stops at the signal", async () => {
  const child = await start("");
  const stop = new AbortController();
  const asked = ask(child, "hello", stop.signal);
  stop.abort();
  await expect(asked).rejects.toMatchObject({ code: "cancelled" });
});

it("keeps free children of one setup only, and none that is no longer idle", async () => {
  const pool: ChildPool<{ word: string }, PersistentChild<unknown>> = createChildPool({
    name: "the parrot",
    start: ({ word }) => start(`if (bytes.toString() === "die") process.exit(1); say("${word}");`),
    idleMs: 300,
  });
  opened.push(pool);
  const hear = (word: string, text?: string) =>
    pool.use({ word }, never, async (child) => [await ask(child, text), child.pid]);
  const [a, pidOfA] = await hear("a");
  expect(a).toBe("a");
  expect(await hear("b")).toMatchObject(["b", expect.any(Number)]);
  // Its models would take memory beside the other's until it has been idle for long enough.
  expect(pool.pids()).toHaveLength(1);
  expect(pool.pids()).not.toContain(pidOfA);
  const [, second] = await hear("a");
  expect(await hear("a")).toEqual(["a", second]);
  await expect(hear("a", "die")).rejects.toMatchObject({ code: "engine_failed" });
  expect(pool.pids()).not.toContain(second);
  const [again, other] = await hear("a");
  expect(again).toBe("a");
  expect(other).not.toBe(second);
  // One at work is not ended.
  await pool.use({ word: "a" }, never, async (child) => {
    expect(await hear("b")).toMatchObject(["b", expect.any(Number)]);
    expect(await ask(child)).toBe("a");
  });
  await expect.poll(() => pool.pids()).toEqual([]);
});
