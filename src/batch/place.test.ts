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
import { clearMarks, holdPlace } from "./place.ts";

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

describe("a place", () => {
  it("is one process's at a time, until it is gone", async () => {
    const path = join(folder, "lock");
    const release = await holdPlace(path, "a batch");
    await expect(holdPlace(path, "a batch")).rejects.toMatchObject({ code: "batch_running" });
    await release();
    await (
      await holdPlace(path, "a batch")
    )();
    const module = JSON.stringify(fileURLToPath(new URL("place.ts", import.meta.url)));
    const session = JSON.stringify(
      fileURLToPath(new URL("../process/identity.ts", import.meta.url)),
    );
    const script = `const {holdPlace} = await import(${module}); await holdPlace(${JSON.stringify(path)}, "x"); console.log((await import(${session})).processFingerprint()); process.kill(process.pid, "SIGKILL")`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
    const [gone = ""] = await child.stdout.setEncoding("utf8").toArray();
    for (const mark of [gone.trim(), processFingerprint()]) writeFileSync(`${path}.${mark}.x`, "");
    await clearMarks(path);
    expect(readdirSync(folder).filter((name) => name.endsWith(".x"))).toEqual([
      `lock.${processFingerprint()}.x`,
    ]);
    const tries = await Promise.allSettled([1, 2, 3].map(() => holdPlace(path, "a batch")));
    const held = tries.flatMap((tried) => (tried.status === "fulfilled" ? tried.value : []));
    expect(held).toHaveLength(1);
    await held[0]?.();
  });

  it("is free a lease after a process that is not seen from here fell silent", async () => {
    const path = join(folder, "container.lock");
    for (const content of [notSeen, `${notSeen}.one`]) {
      writeFileSync(path, content);
      age(path, leaseMs - 10_000);
      await expect(holdPlace(path, "a batch")).rejects.toMatchObject({
        code: "batch_running",
        message: "process 7 of another machine or container is at work on a batch",
        remedy: expect.stringContaining(path),
      });
      expect(readFileSync(path, "utf8")).toBe(content);
      age(path, leaseMs + 10_000);
      const release = await holdPlace(path, "a batch");
      expect(readFileSync(path, "utf8")).toContain(processFingerprint());
      await release();
    }
    writeFileSync(path, notSeen);
    age(path, -3_600_000); // the clock was set back
    await (
      await holdPlace(path, "a batch")
    )();
    expect(existsSync(path)).toBe(false);
  });

  it("that is held says so all the while, and stays another's who has taken it", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const path = join(folder, "held.lock");
    const release = await holdPlace(path, "a batch");
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
    await clearMarks(path);
    const left = readdirSync(folder).filter((name) => name.startsWith("beside"));
    expect(left).toEqual([`beside.${notSeen}.new`]);
  });
});
