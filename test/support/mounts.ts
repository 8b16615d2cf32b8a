import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { describe } from "vitest";
import { until } from "./command.ts";

/**
 * A mount namespace, for faults that a test cannot cause otherwise: a full disk, a read-only disk, a
 * program that is replaced by another. Its mounts are invisible outside and end with its process.
 */
export interface Mounts {
  /** Runs a shell script inside. */
  readonly run: (script: string, ...args: readonly string[]) => void;
  /** The command line that runs a command inside. */
  readonly inside: (command: readonly string[]) => string[];
  /** The path by which a process outside reaches a file inside. */
  readonly seen: (path: string) => string;
  readonly close: () => void;
}

const isRoot = process.getuid?.() === 0;
const unshare = isRoot
  ? ["unshare", "--mount", "--propagation", "private"]
  : ["unshare", "--user", "--map-root-user", "--mount"];

function works(): boolean {
  const [program = "", ...args] = unshare;
  try {
    execFileSync(program, [...args, "--", "mount", "-t", "tmpfs", "none", "/mnt"], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}

/** A suite that needs mounts. Where the system allows none it is skipped visibly; in CI it fails. */
export function describeWithMounts(name: string, body: () => void): void {
  const isRun = Boolean(process.env["CI"]) || works();
  describe.runIf(isRun)(isRun ? name : `${name} (mounting is not allowed here)`, body);
}

/** Opens a mount namespace. It exists until it is closed or the process that opened it ends. */
export async function openMounts(): Promise<Mounts> {
  const [program = "", ...args] = unshare;
  const holder: ChildProcess = spawn(program, [...args, "--", "sh", "-c", "echo ready; exec cat"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  let ready = false;
  holder.stdout?.on("data", () => (ready = true));
  await until("a mount namespace", () => ready);
  const { pid } = holder;
  const user = isRoot ? [] : ["--user", "--preserve-credentials"];
  const enter = ["nsenter", "--target", String(pid), ...user, "--mount", "--"];
  const inside = (command: readonly string[]) => [...enter, ...command];
  return {
    inside,
    run: (script, ...given) => {
      const [first = "", ...rest] = inside(["sh", "-euc", script, "sh", ...given]);
      execFileSync(first, rest, { stdio: ["ignore", "ignore", "inherit"] });
    },
    seen: (path) => `/proc/${pid}/root${path}`,
    close: () => void holder.kill("SIGKILL"),
  };
}
