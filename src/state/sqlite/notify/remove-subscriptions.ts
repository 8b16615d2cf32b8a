import type { Sql } from "../statements.ts";

/** Ends a subscription and what waits for it. */
export function removeSubscription(sql: Sql, id: string, reason: string, now: number): boolean {
  const { changes } = sql(
    "UPDATE subscriptions SET state = 'removed', removed_at = ?, reason = ? WHERE id = ? AND state <> 'removed'",
  ).run(now, reason, id);
  sql("DELETE FROM deliveries WHERE subscription = ? AND state = 'waiting'").run(id);
  sql("DELETE FROM confirmation_tokens WHERE subscription = ?").run(id);
  return Number(changes) === 1;
}

/** Ends all subscriptions of an owner. */
export function removeSubscriptionsOf(sql: Sql, owner: string, reason: string, now: number): void {
  const found = sql("SELECT id FROM subscriptions WHERE owner = ? AND state <> 'removed'");
  for (const { id } of found.all(owner)) removeSubscription(sql, String(id), reason, now);
}
