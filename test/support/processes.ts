import { readdirSync, readFileSync } from "node:fs";

/** A process, told from a later one with the same number by when it started. */
export interface ProcessSeen {
  readonly pid: number;
  readonly parent: number;
  readonly startTicks: string;
  readonly command: string;
}

function seen(pid: number): ProcessSeen | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    if (fields[0] === "Z") return undefined; // it is dead, and waits for its parent to hear of it
    return { pid, parent: Number(fields[1]), startTicks: fields[19] ?? "", command };
  } catch {
    return undefined; // it has just ended
  }
}

/** Every living process of this machine; a zombie is none. */
export function processes(): ProcessSeen[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => seen(Number(pid)) ?? []);
}

/** Those whose command line has these words. */
export function processesWith(words: string): string[] {
  return processes()
    .filter(({ command }) => command.includes(words))
    .map(({ pid, command }) => `${pid} ${command}`);
}

/** What a process has started, and what that has. */
export function descendants(pid: number, among = processes()): ProcessSeen[] {
  const children = among.filter(({ parent }) => parent === pid);
  return children.flatMap((child) => [child, ...descendants(child.pid, among)]);
}

/** Which of these still live. */
export function stillLiving(before: readonly ProcessSeen[]): ProcessSeen[] {
  return before.filter(({ pid, startTicks }) => seen(pid)?.startTicks === startTicks);
}

/** Whether a process lives; a zombie does not. */
export function isAlive(pid: number): boolean {
  return seen(pid) !== undefined;
}
