import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The time that a command and all processes that it started used. */
export interface Cost {
  readonly wallMs: number;
  /** User and system time of the whole process tree, including processes inside bubblewrap. */
  readonly cpuMs: number;
  readonly stdout: string;
}

const subreaper = fileURLToPath(new URL("./subreaper.pl", import.meta.url));

/** The program under test, as people start it. */
export const dailies = fileURLToPath(new URL("../bin/dailies", import.meta.url));

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function ended(command: string, args: readonly string[], onPid?: (pid: number) => void) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  if (child.pid !== undefined) onPid?.(child.pid);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

function checked({ exitCode, stdout, stderr }: Ended, command: string, wanted = 0): string {
  if (exitCode !== wanted) throw new Error(`${command} ended with ${exitCode}: ${stderr}${stdout}`);
  return stdout;
}

/** Runs a command to its end and returns what it printed. @throws Error when it failed */
export async function run(command: string, args: readonly string[]): Promise<string> {
  return checked(await ended(command, args), command);
}

/**
 * Runs commands at the same time, and measures from the first start to the last end. All run with
 * the sandbox's niceness, so that a busy machine treats every contender alike.
 * @throws Error when one of them failed
 */
export async function costOf(...commands: (readonly string[])[]): Promise<Cost> {
  const folder = await mkdtemp(join(tmpdir(), "dailies-cost-"));
  try {
    const startedAt = performance.now();
    const runs = commands.map(async (command, index) => {
      const args = [subreaper, join(folder, String(index)), "nice", "-n", "10", ...command];
      return checked(await ended("perl", args), command[0] ?? "");
    });
    const printed = await Promise.all(runs);
    const wallMs = performance.now() - startedAt;
    const cpu = commands.map((_command, index) => {
      const [, user, system] = readFileSync(join(folder, String(index)), "utf8").split(" ");
      return (Number(user) + Number(system)) * 1000;
    });
    return { wallMs, cpuMs: cpu.reduce((sum, ms) => sum + ms, 0), stdout: printed.join("") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The largest resident size that the kernel recorded for a process; undefined when it has ended. */
function peakOf(pid: number): number | undefined {
  try {
    const found = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return found === null ? undefined : Number(found[1]) * 1024;
  } catch {
    return undefined;
  }
}

/** Runs a command and returns the peak memory of its own process, without its children. */
export async function peakBytes(
  command: string,
  args: readonly string[],
  exitCode = 0,
): Promise<number> {
  let peak = 0;
  let process = 0;
  const timer = setInterval(() => (peak = Math.max(peak, peakOf(process) ?? 0)), 10);
  try {
    checked(await ended(command, args, (pid) => void (process = pid)), command, exitCode);
    return peak;
  } finally {
    clearInterval(timer);
  }
}
