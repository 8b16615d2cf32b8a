import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { beatMs, leaseMs, startTicks, whereWeAre } from "../../process/identity.ts";
import type { Sessions } from "../../process/sessions.ts";
import { transaction } from "./open.ts";
import { statements } from "./statements.ts";

/**
 * Says, in the transaction that is under way, that this session lives. It enters the table again if
 * others struck it while it was silent; what it held by then is theirs.
 */
export function touchSession(database: DatabaseSync, session: string): void {
  const now = Date.now();
  const sql = statements(database);
  const seen = sql("SELECT seen_at FROM sessions WHERE session = ?").get(session);
  // a clock that was set back must not keep it silent
  if (seen !== undefined && Math.abs(now - Number(seen["seen_at"])) < beatMs / 2) return;
  const { host, bootId: boot, pidNamespace: namespace } = whereWeAre();
  const ticks = startTicks(process.pid) ?? "unknown";
  sql(
    `INSERT INTO sessions (session, host, boot_id, pid_namespace, pid, start_ticks, started_at, seen_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (session) DO UPDATE SET seen_at = excluded.seen_at`,
  ).run(session, host, boot, namespace, process.pid, ticks, now, now);
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

/** The sessions of a library, as this one sees them. */
export function createSqliteSessions(database: DatabaseSync, session: string): Sessions {
  return {
    enter: () => enterSession(database, session),
    keep: () => keepSession(database, session),
    leave: () => leaveSession(database, session),
    disown: () => disownSession(database, session),
    enterAsDead: (sessions) => enterAsDead(database, sessions),
    living: () => surveySessions(database).living,
  };
}
