import { spawn } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { until } from "../../test/support/command.ts";
import { beatMs, leaseMs, processFingerprint } from "../process/identity.ts";
import { MediaError } from "../media/errors.ts";
import { takeLock, withLock, type LockHolder } from "./lock.ts";
import { removeAbandoned } from "./temporary.ts";

const folder = mkdtempSync(join(tmpdir(), "dailies-place-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => void vi.useRealTimers());

/** Of a process in a container that is no more, or may be. */
const notSeen = "00000000-00000000-7-00000000";

/** As if it had been written so long ago. */
function age(path: string, ms: number): void {
  const at = (Date.now() - ms) / 1_000;
  utimesSync(path, at, at);
}

/** What a process is told that finds the lock taken. */
const busy = (holder: LockHolder | undefined) =>
  new MediaError("batch_running", JSON.stringify(holder ?? "others"));
const take = (path: string) => takeLock(path, busy);

describe("a lock", () => {
  it("is one process's at a time, until it is gone", async () => {
    const path = join(folder, "lock");
    const release = await take(path);
    await expect(take(path)).rejects.toMatchObject({ code: "batch_running" });
    await release();
    await (
      await take(path)
    )();
    const module = JSON.stringify(fileURLToPath(new URL("lock.ts", import.meta.url)));
    const session = JSON.stringify(
      fileURLToPath(new URL("../process/identity.ts", import.meta.url)),
    );
    const script = `const {takeLock} = await import(${module}); await takeLock(${JSON.stringify(path)}); console.log((await import(${session})).processFingerprint()); process.kill(process.pid, "SIGKILL")`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
    const [gone = ""] = await child.stdout.setEncoding("utf8").toArray();
    for (const mark of [gone.trim(), processFingerprint()]) writeFileSync(`${path}.${mark}.x`, "");
    await removeAbandoned(path);
    expect(readdirSync(folder).filter((name) => name.endsWith(".x"))).toEqual([
      `lock.${processFingerprint()}.x`,
    ]);
    const tries = await Promise.allSettled([1, 2, 3].map(() => take(path)));
    const held = tries.flatMap((tried) => (tried.status === "fulfilled" ? tried.value : []));
    expect(held).toHaveLength(1);
    await held[0]?.();
  });

  it("is free a lease after a process that is not seen from here fell silent", async () => {
    const path = join(folder, "container.lock");
    for (const content of [notSeen, `${notSeen}.one`]) {
      writeFileSync(path, content);
      age(path, leaseMs - 10_000);
      await expect(take(path)).rejects.toMatchObject({
        code: "batch_running",
        message: '{"pid":7,"isSeen":false}',
      });
      expect(readFileSync(path, "utf8")).toBe(content);
      age(path, leaseMs + 10_000);
      const release = await take(path);
      expect(readFileSync(path, "utf8")).toContain(processFingerprint());
      await release();
    }
    writeFileSync(path, notSeen);
    age(path, -3_600_000); // the clock was set back
    await (
      await take(path)
    )();
    expect(existsSync(path)).toBe(false);
  });

  it("that is held says so all the while, and stays another's who has taken it", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const path = join(folder, "held.lock");
    const release = await take(path);
    const content = readFileSync(path, "utf8");
    const isNew = () => Date.now() - statSync(path).mtimeMs < leaseMs;
    age(path, 3_600_000);
    vi.advanceTimersByTime(beatMs);
    await until("a beat", isNew);
    expect(readFileSync(path, "utf8")).toBe(content);

    rmSync(path);
    vi.advanceTimersByTime(beatMs); // must neither fail nor make it anew
    writeFileSync(path, notSeen);
    age(path, 3_600_000);
    vi.advanceTimersByTime(beatMs);
    await release();
    expect(vi.getTimerCount()).toBe(0);
    expect([readFileSync(path, "utf8"), isNew()]).toEqual([notSeen, false]);
  });

  it("has no marks left beside it of who is not seen and silent", async () => {
    const path = join(folder, "beside");
    const marks = ["old", "new"].map((name) => `${path}.${notSeen}.${name}`);
    for (const mark of marks) writeFileSync(mark, "");
    age(marks[0] ?? "", 2 * leaseMs);
    await removeAbandoned(path);
    const left = readdirSync(folder).filter((name) => name.startsWith("beside"));
    expect(left).toEqual([`beside.${notSeen}.new`]);
  });

  it("is waited for, in turn, and the wait is told once", async () => {
    const path = join(folder, "waited.lock");
    const { signal } = new AbortController();
    const told: string[] = [];
    const order: string[] = [];
    const work = (name: string) =>
      withLock(path, { signal, onWait: () => told.push(name) }, async () => {
        order.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, 50));
        order.push(`${name} ends`);
      });
    await Promise.all([work("one"), work("two"), work("three")]);
    expect(order.filter((line) => line.endsWith("ends"))).toHaveLength(3);
    for (let at = 0; at < order.length; at += 2)
      expect(order[at + 1]).toBe(order[at]?.replace("begins", "ends"));
    expect(told).toHaveLength(2);
    const release = await take(path);
    const stopped = withLock(path, { signal: AbortSignal.timeout(20) }, () => Promise.resolve());
    await expect(stopped).rejects.toThrow();
    await release();
  });
});
