import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { stepBack } from "./step-back.ts";

const groups = existsSync("/proc/self/autogroup");

it.skipIf(!groups)("a session of its own steps back, while others do the same", async () => {
  const children = Array.from({ length: 3 }, () =>
    spawn("sleep", ["30"], { detached: true, stdio: "ignore" }),
  );
  try {
    const pids = children.map((child) => child.pid ?? 0);
    await Promise.all(pids.map((pid) => stepBack(pid, () => false)));
    for (const pid of pids)
      expect(readFileSync(`/proc/${pid}/autogroup`, "utf8")).toMatch(/nice 10$/m);
    expect(readFileSync("/proc/self/autogroup", "utf8")).not.toMatch(/nice 10$/m);
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
});

it("a child that has gone is not set back", async () => {
  expect(await stepBack(2 ** 22 + 1, () => false)).toBeUndefined();
  expect(await stepBack(process.pid, () => true)).toBeUndefined();
  if (groups) expect(readFileSync("/proc/self/autogroup", "utf8")).not.toMatch(/nice 10$/m);
});
