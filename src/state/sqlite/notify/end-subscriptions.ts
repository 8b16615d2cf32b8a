import type { Sql } from "../statements.ts";

/** Ends a subscription and what waits for it. Returns whether it was there. */
export function endSubscription(sql: Sql, id: string, reason: string, now: number): boolean {
  const { changes } = sql(
    "UPDATE subscriptions SET state = 'removed', removed_at = ?, reason = ? WHERE id = ? AND state <> 'removed'",
  ).run(now, reason, id);
  sql("DELETE FROM deliveries WHERE subscription = ? AND state = 'waiting'").run(id);
  sql("DELETE FROM confirmation_tokens WHERE subscription = ?").run(id);
  return Number(changes) === 1;
}

/** Ends all subscriptions of a user who is removed. */
export function endSubscriptionsOfUser(sql: Sql, user: string, now: number): void {
  const found = sql("SELECT id FROM subscriptions WHERE owner = ? AND state <> 'removed'");
  for (const { id } of found.all(user))
    endSubscription(sql, String(id), "its user was removed", now);
}

/**
 * A condition on `subscriptions`: the key that made it still counts, or no key made it. `?1` is the
 * time in milliseconds.
 */
export const keyCounts = `(subscriptions.made_with IS NULL OR EXISTS (
  SELECT 1 FROM access_keys AS maker
  WHERE maker.access_key_id = subscriptions.made_with AND maker.revoked_at IS NULL
    AND (maker.expires_at IS NULL OR maker.expires_at > ?1)))`;

/** Why a subscription ended with its key. */
export const keyEnded = "the key that made it was revoked or has expired";

/** Ends the subscriptions whose key was revoked, has expired, or is gone. */
export function endSubscriptionsOfKeys(sql: Sql, now: number): void {
  const found = sql(`SELECT id FROM subscriptions WHERE state <> 'removed' AND NOT ${keyCounts}`);
  for (const { id } of found.all(now)) endSubscription(sql, String(id), keyEnded, now);
}
