import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { asMediaError } from "../media/errors.ts";
import { transaction } from "./open.ts";

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
 * @throws MediaError `storage_failed` when it cannot be told, for too many files are open
 */
function startTicks(pid: number): string | undefined {
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

function whereWeAre(): Pick<ProcessIdentity, "host" | "bootId" | "pidNamespace"> {
  return { host: hostname(), bootId: bootId(), pidNamespace: pidNamespace() };
}

/** A session says so this often that it lives, for processes that do not see it. */
export const beatMs = 10_000;

/**
 * How long a session may be silent before it counts as gone, where the process table cannot tell:
 * its lease. A process that can be seen keeps what it holds as long as it lives, however slow it is.
 */
export const leaseMs = 60_000;

/**
 * Says, in the transaction that is under way, that this session lives. It enters the table again if
 * others struck it while it was silent; what it held by then is theirs.
 */
export function touchSession(database: DatabaseSync, session: string): void {
  const now = Date.now();
  const seen = database.prepare("SELECT seen_at FROM sessions WHERE session = ?").get(session);
  // a clock that was set back must not keep it silent
  if (seen !== undefined && Math.abs(now - Number(seen["seen_at"])) < beatMs / 2) return;
  const { host, bootId: boot, pidNamespace: namespace } = whereWeAre();
  const ticks = startTicks(process.pid) ?? "unknown";
  database
    .prepare(
      `INSERT INTO sessions (session, host, boot_id, pid_namespace, pid, start_ticks, started_at, seen_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (session) DO UPDATE SET seen_at = excluded.seen_at`,
    )
    .run(session, host, boot, namespace, process.pid, ticks, now, now);
}

/** Enters this process into the table of sessions: what it holds and makes is a living process's. */
export async function enterSession(database: DatabaseSync, session: string): Promise<void> {
  await transaction(database, () => touchSession(database, session));
}

/** Renews the session's lease until the returned function is called, or the database is closed. */
export function keepSession(database: DatabaseSync, session: string): () => void {
  const timer = setInterval(() => {
    if (!database.isOpen) return clearInterval(timer);
    transaction(database, () => touchSession(database, session), { durable: false }).catch(
      () => {}, // the next beat tries again
    );
  }, beatMs).unref();
  return () => clearInterval(timer);
}

export async function leaveSession(database: DatabaseSync, session: string): Promise<void> {
  await transaction(database, () => {
    database.prepare("DELETE FROM sessions WHERE session = ?").run(session);
  });
}

const disowned = "disowned";

/**
 * Counts this session as dead from now on, though its process may live: what it still holds is
 * taken over, and what it made and could not record is swept.
 */
export function disownSession(database: DatabaseSync, session: string): void {
  database.prepare("UPDATE sessions SET start_ticks = ? WHERE session = ?").run(disowned, session);
}

/**
 * Enters sessions that are not in the table (any more) as dead ones, so that what they made and the
 * catalog does not know is swept. Returns those it entered.
 */
export function enterAsDead(
  database: DatabaseSync,
  sessions: readonly string[],
): Promise<readonly string[]> {
  return transaction(database, () => {
    const enter = database.prepare(
      `INSERT OR IGNORE INTO sessions
         (session, host, boot_id, pid_namespace, pid, start_ticks, started_at, seen_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const { host, bootId: boot, pidNamespace: namespace } = whereWeAre();
    const now = Date.now();
    const rest = [host, boot, namespace, process.pid, disowned, now, now] as const;
    return sessions.filter((session) => Number(enter.run(session, ...rest).changes) === 1);
  });
}

/**
 * Counts every session as dead: what a copy of the database says of processes is about the library
 * that it was copied from, whose processes may live.
 */
export function disownSessions(database: DatabaseSync): void {
  const values = [disowned, "restored", "restored", "restored"];
  database
    .prepare("UPDATE sessions SET start_ticks = ?, host = ?, boot_id = ?, pid_namespace = ?")
    .run(...values);
}

function hashed(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** Names this process on this machine, for the names of its temporary files in other people's folders. */
export function processMark(): string {
  const { host, bootId: boot, pidNamespace: namespace } = whereWeAre();
  const ticks = startTicks(process.pid) ?? "unknown";
  return `${hashed(host + namespace)}-${hashed(boot)}-${process.pid}-${hashed(ticks)}`;
}

/** What `processMark` gives. */
export const processMarkPattern = /[0-9a-f]{8}-[0-9a-f]{8}-\d+-[0-9a-f]{8}/;

/** What of a mark's process can be known from here: one on another machine or in another container is not seen. */
export function lookUpProcess(mark: string): "living" | "gone" | "not seen" {
  const [host, boot, pid, ticks] = mark.split("-");
  const here = whereWeAre();
  if (host !== hashed(here.host + here.pidNamespace)) return "not seen";
  const isGone =
    boot !== hashed(here.bootId) || hashed(startTicks(Number(pid)) ?? "gone") !== ticks;
  return isGone ? "gone" : "living";
}

/** Whether the process of a mark is known to be gone. */
export function isProcessGone(mark: string): boolean {
  return lookUpProcess(mark) === "gone";
}

/** Whether a session's process is there: looked up where we can see it, by its lease where we cannot. */
function isAlive(
  row: Record<string, SQLOutputValue>,
  here: ReturnType<typeof whereWeAre>,
): boolean {
  const sameHost = row["host"] === here.host;
  const sameBoot = row["boot_id"] === here.bootId && (here.bootId !== "unknown" || sameHost);
  if (sameBoot && row["pid_namespace"] === here.pidNamespace)
    return startTicks(Number(row["pid"])) === row["start_ticks"];
  if (row["start_ticks"] === disowned) return false;
  if (sameHost && !sameBoot) return false; // this machine has been started anew since
  return Number(row["seen_at"]) > Date.now() - leaseMs;
}

/** Which sessions have a living process and which have none, as far as can be known from here. */
export function surveySessions(database: DatabaseSync): { living: Set<string>; dead: string[] } {
  const here = whereWeAre();
  const living = new Set<string>();
  const dead: string[] = [];
  for (const row of database.prepare("SELECT * FROM sessions").all()) {
    if (isAlive(row, here)) living.add(String(row["session"]));
    else dead.push(String(row["session"]));
  }
  return { living, dead };
}
