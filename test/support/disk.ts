import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/** The milliseconds that a small file takes to reach this disk now. Time limits in tests must allow for it. */
export function durableMs(folder: string): number {
  const path = join(folder, "durable");
  const times = Array.from({ length: 5 }, () => {
    const startedAt = performance.now();
    const file = openSync(path, "w");
    writeSync(file, Buffer.alloc(64 * 1024));
    fsyncSync(file);
    closeSync(file);
    return performance.now() - startedAt;
  });
  rmSync(path);
  return times.toSorted((a, b) => a - b)[2] ?? 0;
}
