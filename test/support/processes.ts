import { readdirSync, readFileSync } from "node:fs";

/** A process. Its start time distinguishes it from a later process with the same number. */
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
    if (fields[0] === "Z") return undefined; // a zombie: it is dead, and its parent has not read its exit code yet
    return { pid, parent: Number(fields[1]), startTicks: fields[19] ?? "", command };
  } catch {
    return undefined; // it has just ended
  }
}

/** Every living process of this machine, without zombies. */
export function processes(): ProcessSeen[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => seen(Number(pid)) ?? []);
}

/** Living processes whose command line contains these words. */
export function processesWith(words: string): string[] {
  return processes()
    .filter(({ command }) => command.includes(words))
    .map(({ pid, command }) => `${pid} ${command}`);
}

/** The children of a process, their children, and so on. */
export function descendants(pid: number, among = processes()): ProcessSeen[] {
  const children = among.filter(({ parent }) => parent === pid);
  return children.flatMap((child) => [child, ...descendants(child.pid, among)]);
}

/** Those of the given processes that still live. */
export function stillLiving(before: readonly ProcessSeen[]): ProcessSeen[] {
  return before.filter(({ pid, startTicks }) => seen(pid)?.startTicks === startTicks);
}

/** Whether a process lives. A zombie does not live. */
export function isAlive(pid: number): boolean {
  return seen(pid) !== undefined;
}
