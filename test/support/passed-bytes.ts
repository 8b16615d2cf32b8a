import { readFileSync } from "node:fs";

/** The bytes that this process has read and written so far, sockets and pipes included. Linux only: 0 elsewhere. */
export function passedBytes(): number {
  if (process.platform !== "linux") return 0;
  const lines = readFileSync("/proc/self/io", "utf8").matchAll(/^[rw]char: (\d+)$/gm);
  return Array.from(lines, ([, count]) => Number(count)).reduce((sum, count) => sum + count, 0);
}
