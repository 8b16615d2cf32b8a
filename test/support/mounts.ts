import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { describe } from "vitest";
import { until } from "./command.ts";

/**
 * A place with file systems of its own, for faults that cannot be had otherwise: a full disk, a
 * read-only one, a program in another's place. Nobody else sees what is mounted there, and it goes
 * with its process.
 */
export interface Mounts {
  /** Runs a shell script inside. */
  readonly run: (script: string, ...args: readonly string[]) => void;
  /** A command as it is started inside. */
  readonly inside: (command: readonly string[]) => string[];
  /** The path at which a file in there is seen from here. */
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

/** A suite that needs mounts: a visible skip where the system allows none, a failure in CI. */
export function describeWithMounts(name: string, body: () => void): void {
  const isRun = Boolean(process.env["CI"]) || works();
  describe.runIf(isRun)(isRun ? name : `${name} (mounting is not allowed here)`, body);
}

/** Opens such a place. It lives until it is closed, or its opener is gone. */
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
