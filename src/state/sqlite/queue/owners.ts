import type { SlotKind } from "../../../media/job.ts";
import { nextOwner } from "../../../queue/owner-turns.ts";
import type { Sql } from "../statements.ts";

/** Owners that are looked at for one claim. */
const maxOwners = 1000;

const firstOwner = `SELECT owner FROM jobs INDEXED BY jobs_waiting_by_owner
  WHERE state = 'queued' AND run_after IS NULL AND kind = ?1`;

/** From one owner to the next in the index, however many jobs each of them has. */
const ownersText = `WITH RECURSIVE owners(owner) AS (
    SELECT (${firstOwner} ORDER BY owner LIMIT 1)
    UNION ALL
    SELECT (${firstOwner} AND jobs.owner > owners.owner ORDER BY jobs.owner LIMIT 1)
    FROM owners WHERE owners.owner IS NOT NULL LIMIT ${maxOwners})
  SELECT owner FROM owners WHERE owner IS NOT NULL`;

function ownersWaiting(sql: Sql, kind: SlotKind): string[] {
  return sql(ownersText)
    .all(kind)
    .map((row) => String(row["owner"]));
}

/** How many slots of a kind each owner holds. */
function slotsHeld(sql: Sql, kind: SlotKind): Map<string, number> {
  const rows = sql(
    `SELECT jobs.owner AS owner, count(*) AS count FROM held_slots
     CROSS JOIN jobs INDEXED BY jobs_by_attempt ON jobs.attempt = held_slots.attempt
     WHERE held_slots.kind = ? GROUP BY jobs.owner`,
  ).all(kind);
  return new Map(rows.map((row) => [String(row["owner"]), Number(row["count"])]));
}

/** Whose turn it is in this process's queue. */
export interface OwnerTurns {
  /** The owner whose job of that kind is next; undefined when none waits. */
  next(sql: Sql, kind: SlotKind): string | undefined;
  took(kind: SlotKind, owner: string): void;
}

export function createOwnerTurns(): OwnerTurns {
  const servedAt = new Map<SlotKind, Map<string, number>>();
  let turn = 0;
  return {
    next(sql, kind) {
      const waiting = ownersWaiting(sql, kind);
      if (waiting.length < 2) return waiting[0];
      const held = slotsHeld(sql, kind);
      const served = servedAt.get(kind);
      return nextOwner(
        waiting.map((owner) => {
          const lastServedAt = served?.get(owner);
          const running = held.get(owner) ?? 0;
          return { owner, running, ...(lastServedAt !== undefined && { lastServedAt }) };
        }),
      );
    },
    took(kind, owner) {
      const served = servedAt.get(kind) ?? new Map<string, number>();
      servedAt.set(kind, served);
      // The one served last goes to the end, so that the oldest can be forgotten.
      served.delete(owner);
      served.set(owner, (turn += 1));
      const [oldest] = served.keys();
      if (served.size > maxOwners && oldest !== undefined) served.delete(oldest);
    },
  };
}
