import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { createSandbox } from "./create.ts";
import { runToEnd } from "./run.ts";

const never = new AbortController().signal;
const MiB = 1024 ** 2;

/** A node that reserves 64 GiB of address space, uses so many MiB, and says so. */
const program = (used: number) => `
  const reserved = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const used = Buffer.alloc(${used} * 1024 ** 2, 1);
  setTimeout(() => console.log(used.length, reserved.buffer.byteLength), 1200);`;

async function use(used: number, residentBytes: number) {
  const sandbox = await createSandbox();
  return runToEnd(sandbox, {
    command: process.execPath,
    args: ["-e", program(used)],
    reads: [],
    writes: [],
    limits: { wallMs: 20_000, cpuSeconds: 20, memoryBytes: MiB, residentBytes, fileSizeBytes: 0 },
    signal: never,
  });
}

it.runIf(existsSync("/proc/self/status"))(
  "a limit on used memory counts what is used, in children as well, not what is reserved",
  async () => {
    expect((await use(300, 500 * MiB)).stdout).toMatch(/^314572800/);
    await expect(use(700, 500 * MiB)).rejects.toMatchObject({
      code: "limit_memory",
      message: expect.stringContaining("500 MiB") as unknown,
    });
  },
);
