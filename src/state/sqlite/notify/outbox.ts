import { MediaError } from "../../../media/errors.ts";
import { everybody, type Topic } from "../../../media/notice.ts";
import type { NotificationStore, PruneLimits, ReplayRequest } from "../../../notify/store.ts";
import type { Sql } from "../statements.ts";
import { endSubscriptionsOfKeys } from "./end-subscriptions.ts";
import { addDeliveries } from "./messages.ts";
import { deliveryOf, notificationOf } from "./rows.ts";
import type { StoreParts } from "./parts.ts";

const selectDeliveries = `
  SELECT deliveries.*, topic, name, kind, address FROM deliveries
  JOIN notifications ON notifications.id = notification
  JOIN (SELECT id AS subscription_id, kind, address, owner AS whose FROM subscriptions)
    ON subscription_id = subscription`;

/** Dead letters wait again, each to where it was to go. */
function replayDead(sql: Sql, owner: string | undefined, now: number): number {
  const { changes } = sql(
    `UPDATE deliveries SET state = 'waiting', attempts = 0, next_at = ?1, ended_at = NULL
     WHERE state = 'dead'
       AND subscription IN (SELECT id FROM subscriptions
         WHERE state <> 'removed' AND (?2 IS NULL OR owner = ?2))
       AND (?2 IS NULL OR notification IN (SELECT id FROM notifications WHERE owner = ?2))`,
  ).run(now, owner ?? null);
  return Number(changes);
}

function replay(sql: Sql, request: ReplayRequest, now: number): number {
  endSubscriptionsOfKeys(sql, now);
  if ("dead" in request) return replayDead(sql, request.owner, now);
  const [id, since] = "id" in request ? [request.id, null] : [null, request.since];
  const found = sql(
    `SELECT id, topic, owner FROM notifications
     WHERE (id = ?1 OR at >= ?2) AND (?3 IS NULL OR owner = ?3) AND version IS NOT NULL`,
  ).all(id, since, request.owner ?? null);
  if (id !== null && found.length === 0)
    throw new MediaError(
      "not_found",
      `there is no message ${JSON.stringify(id)} about a media file`,
    );
  let waiting = 0;
  for (const row of found) {
    const owner = String(row["owner"]);
    const audience = [owner, request.owner ?? everybody];
    waiting += addDeliveries(sql, String(row["id"]), row["topic"] as Topic, audience, now);
  }
  return waiting;
}

function prune(sql: Sql, { before, deadBefore }: PruneLimits, now: number): void {
  endSubscriptionsOfKeys(sql, now);
  sql(
    `UPDATE subscriptions SET state = 'removed', removed_at = ?2, reason = 'never confirmed'
     WHERE state = 'pending' AND created_at < ?1`,
  ).run(before, now);
  const old = sql(
    `SELECT id FROM notifications AS one WHERE at < ?1
       AND NOT EXISTS (SELECT 1 FROM deliveries WHERE notification = one.id
         AND state <> 'delivered' AND NOT (state = 'dead' AND ended_at < ?2))
       AND (version IS NULL
         OR NOT EXISTS (SELECT 1 FROM media WHERE media.version = one.version)
         OR EXISTS (SELECT 1 FROM notifications AS later
                    WHERE later.version = one.version AND later.sequence > one.sequence))
     LIMIT 1000`,
  ).all(before, deadBefore);
  for (const row of old) {
    sql("DELETE FROM deliveries WHERE notification = ?").run(row["id"] ?? null);
    sql("DELETE FROM notifications WHERE id = ?").run(row["id"] ?? null);
  }
  sql(
    `DELETE FROM subscriptions WHERE state = 'removed' AND removed_at < ?
       AND id NOT IN (SELECT subscription FROM deliveries)`,
  ).run(before);
}

type Methods = Pick<
  NotificationStore,
  "notifications" | "notification" | "deliveries" | "counts" | "replay" | "prune"
>;

/** The outbox: messages, how their delivery goes, and delivering them once more. */
export function outboxMethods({ sql, write }: StoreParts): Methods {
  return {
    async notifications({ owner, name, before, limit = 100 } = {}) {
      return sql(
        `SELECT * FROM notifications
         WHERE (?1 IS NULL OR owner = ?1) AND (?2 IS NULL OR name = ?2)
           AND (?3 IS NULL OR sequence < ?3) ORDER BY sequence DESC LIMIT ?4`,
      )
        .all(owner ?? null, name ?? null, before ?? null, limit)
        .map(notificationOf);
    },

    async notification(id, { owner } = {}) {
      const row = sql("SELECT * FROM notifications WHERE id = ?").get(id);
      if (row !== undefined && (owner === undefined || row["owner"] === owner))
        return notificationOf(row);
      throw new MediaError("not_found", `there is no message ${JSON.stringify(id)}`);
    },

    async deliveries({ owner, state, notification, subscription, limit = 100 } = {}) {
      return sql(
        `${selectDeliveries}
         WHERE (?1 IS NULL OR (owner = ?1 AND whose = ?1)) AND (?2 IS NULL OR state = ?2)
           AND (?3 IS NULL OR notification = ?3) AND (?4 IS NULL OR subscription = ?4)
         ORDER BY sequence DESC LIMIT ?5`,
      )
        .all(owner ?? null, state ?? null, notification ?? null, subscription ?? null, limit)
        .map(deliveryOf);
    },

    async counts() {
      const rows = sql("SELECT state, count(*) AS n FROM deliveries GROUP BY state").all();
      return Object.fromEntries(rows.map((row) => [String(row["state"]), Number(row["n"])]));
    },

    replay: (request) => write((now) => replay(sql, request, now)),
    prune: (limits) => write((now) => prune(sql, limits, now)),
  };
}
