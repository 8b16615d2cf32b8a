import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { DatabaseSync } from "node:sqlite";

/** What tells this process from every other, also from a later one with the same number. */
interface ProcessIdentity {
  readonly host: string;
  readonly bootId: string;
  readonly pid: number;
  readonly startTicks: string;
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "unknown"; // no Linux: a lease, not the process table, tells whether it lives
  }
}

/** When a process started, in the system's own terms; undefined when there is no such process. */
function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return process.platform === "linux" ? undefined : startTimeFromPs(pid);
  }
}

function startTimeFromPs(pid: number): string | undefined {
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

/** Enters this process into the table of sessions: what it holds and makes is a living process's. */
export function enterSession(database: DatabaseSync, session: string): void {
  const self: ProcessIdentity = {
    host: hostname(),
    bootId: bootId(),
    pid: process.pid,
    startTicks: startTicks(process.pid) ?? "unknown",
  };
  const now = Date.now();
  database
    .prepare("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)")
    .run(session, self.host, self.bootId, self.pid, self.startTicks, now, now);
}

/** Says that this session still lives, for processes on other machines. */
export function touchSession(database: DatabaseSync, session: string): void {
  database.prepare("UPDATE sessions SET seen_at = ? WHERE session = ?").run(Date.now(), session);
}

export function leaveSession(database: DatabaseSync, session: string): void {
  database.prepare("DELETE FROM sessions WHERE session = ?").run(session);
}

/** How long a session on another machine may be silent before it counts as gone. */
const silenceMs = 120_000;

/** Which sessions have a living process and which have none, as far as can be known from this machine. */
export function surveySessions(database: DatabaseSync): { living: Set<string>; dead: string[] } {
  const [host, boot] = [hostname(), bootId()];
  const living = new Set<string>();
  const dead: string[] = [];
  for (const row of database.prepare("SELECT * FROM sessions").all()) {
    const alive =
      row["host"] === host
        ? row["boot_id"] === boot && startTicks(Number(row["pid"])) === row["start_ticks"]
        : Number(row["seen_at"]) > Date.now() - silenceMs;
    if (alive) living.add(String(row["session"]));
    else dead.push(String(row["session"]));
  }
  return { living, dead };
}
