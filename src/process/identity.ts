import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { asMediaError } from "../media/errors.ts";

/** What tells this process from every other, also from a later one with the same number. */
interface ProcessIdentity {
  readonly host: string;
  readonly bootId: string;
  /** Containers have their own: they share the boot, and see nothing of each other's processes. */
  readonly pidNamespace: string;
  readonly pid: number;
  readonly startTicks: string;
}

/** Says of what cannot be read in /proc that it is not there; that we lack the means to look says nothing of it. */
function absent(error: unknown): undefined {
  const { code = "" } = error as NodeJS.ErrnoException;
  if (["EMFILE", "ENFILE", "ENOMEM"].includes(code)) throw asMediaError(error);
  return undefined;
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch (error) {
    return absent(error) ?? "unknown"; // no Linux: a lease, not the process table, tells whether it lives
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch (error) {
    return absent(error) ?? "unknown";
  }
}

/**
 * When a process started, in the system's own terms; undefined when there is no such process.
 * @throws MediaError `storage_failed` when it cannot be found out, because too many files are open
 */
export function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch (error) {
    return process.platform === "linux" ? absent(error) : startTimeFromPs(pid);
  }
}

function startTimeFromPs(pid: number): string | undefined {
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

export function whereWeAre(): Pick<ProcessIdentity, "host" | "bootId" | "pidNamespace"> {
  return { host: hostname(), bootId: bootId(), pidNamespace: pidNamespace() };
}

function hashed(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** Names this process on this machine, for the names of its temporary files in other people's folders. */
export function processFingerprint(): string {
  const { host, bootId: boot, pidNamespace: namespace } = whereWeAre();
  const ticks = startTicks(process.pid) ?? "unknown";
  return `${hashed(host + namespace)}-${hashed(boot)}-${process.pid}-${hashed(ticks)}`;
}

/** What `processFingerprint` gives. */
export const processFingerprintPattern = /[0-9a-f]{8}-[0-9a-f]{8}-\d+-[0-9a-f]{8}/;

/** What can be known from here of a fingerprint's process. One on another machine or in another container is not seen. */
export function lookUpProcess(fingerprint: string): "living" | "gone" | "not seen" {
  const [host, boot, pid, ticks] = fingerprint.split("-");
  const here = whereWeAre();
  if (host !== hashed(here.host + here.pidNamespace)) return "not seen";
  const isGone =
    boot !== hashed(here.bootId) || hashed(startTicks(Number(pid)) ?? "gone") !== ticks;
  return isGone ? "gone" : "living";
}

/** A session says so this often that it lives, for processes that do not see it. */
export const beatMs = 10_000;

/**
 * How long a session may be silent before it counts as gone, where the process table cannot tell:
 * its lease. A process that can be seen keeps what it holds as long as it lives, however slow it is.
 */
export const leaseMs = 60_000;
