import { readFileSync } from "node:fs";

const lookEveryMs = 250;

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return ""; // it has gone, or there is no /proc
  }
}

/** The processes that a process has started, and those that they have. */
function descendants(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim();
  const own = children === "" ? [] : children.split(" ").map(Number);
  return own.flatMap((child) => [child, ...descendants(child)]);
}

/**
 * The memory that a process and all that it has started use, bytes: pages that no file backs. 0 where the
 * system does not tell.
 */
export function usedMemory(pid: number): number {
  let kilobytes = 0;
  for (const one of [pid, ...descendants(pid)])
    for (const [, amount] of read(`/proc/${one}/status`).matchAll(
      /^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm,
    ))
      kilobytes += Number(amount);
  return kilobytes * 1024;
}

/** Calls back once, when a process and its children use more memory than they may. */
export function watchMemory(
  pid: number,
  mostBytes: number,
  onExcess: () => void,
): { readonly stop: () => void } {
  const timer = setInterval(() => {
    if (usedMemory(pid) <= mostBytes) return;
    clearInterval(timer);
    onExcess();
  }, lookEveryMs).unref();
  return { stop: () => clearInterval(timer) };
}
