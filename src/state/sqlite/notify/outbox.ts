import type { DatabaseSync } from "node:sqlite";
import { transaction } from "../open.ts";
import { addressTo } from "./messages.ts";
import { statements } from "../statements.ts";
import { MediaError } from "../../../media/errors.ts";
import type { Topic } from "../../../media/notice.ts";
import type { Delivery, Notification } from "../../../notify/notice.ts";
import { deliveryOf, notificationOf } from "./rows.ts";
import type { OwnedBy } from "./subscriptions.ts";

/** Dead letters are kept so much longer than what was delivered. */
const deadKeptMs = 60 * 24 * 3_600_000;

const selectDeliveries = `
  SELECT deliveries.*, topic, name, kind, address FROM deliveries
  JOIN notifications ON notifications.id = notification
  JOIN (SELECT id AS subscription_id, kind, address, owner AS whose FROM subscriptions)
    ON subscription_id = subscription`;

export interface NotificationFilter extends OwnedBy {
  /** Of one media. */
  readonly name?: string;
  /** Before this sequence number: newest come first. */
  readonly before?: number;
  readonly limit?: number;
}

export interface DeliveryFilter extends OwnedBy {
  readonly state?: Delivery["state"];
  readonly notification?: string;
  readonly subscription?: string;
  readonly limit?: number;
}

/** What to deliver once more: one message, everything that is dead, or everything since a time. */
export type ReplayRequest = OwnedBy &
  ({ readonly id: string } | { readonly dead: true } | { readonly since: number });

/** The outbox: messages, how their delivery goes, and having it done again. */
export function createOutbox(database: DatabaseSync) {
  const sql = statements(database);
  return {
    /** Newest first. */
    async notifications({ owner, name, before, limit = 100 }: NotificationFilter = {}) {
      return sql(
        `SELECT * FROM notifications
         WHERE (?1 IS NULL OR owner = ?1) AND (?2 IS NULL OR name = ?2)
           AND (?3 IS NULL OR sequence < ?3) ORDER BY sequence DESC LIMIT ?4`,
      )
        .all(owner ?? null, name ?? null, before ?? null, limit)
        .map(notificationOf);
    },

    /** @throws MediaError `not_found` */
    async notification(id: string, { owner }: OwnedBy = {}): Promise<Notification> {
      const row = sql("SELECT * FROM notifications WHERE id = ?").get(id);
      if (row !== undefined && (owner === undefined || row["owner"] === owner))
        return notificationOf(row);
      throw new MediaError("not_found", `there is no message ${JSON.stringify(id)}`);
    },

    /** Newest messages first. */
    async deliveries(filter: DeliveryFilter = {}): Promise<readonly Delivery[]> {
      const { owner, state, notification, subscription, limit = 100 } = filter;
      return sql(
        `${selectDeliveries}
         WHERE (?1 IS NULL OR (owner = ?1 AND whose = ?1)) AND (?2 IS NULL OR state = ?2)
           AND (?3 IS NULL OR notification = ?3) AND (?4 IS NULL OR subscription = ?4)
         ORDER BY sequence DESC LIMIT ?5`,
      )
        .all(owner ?? null, state ?? null, notification ?? null, subscription ?? null, limit)
        .map(deliveryOf);
    },

    /**
     * Delivers messages once more, under the same ids: a dead one to where it was to go, others to
     * everybody who is subscribed by now; an owner's wish goes to their own subscriptions alone.
     * Returns how many deliveries wait again.
     * @throws MediaError `not_found` for an id that nobody has
     */
    replay: (wish: ReplayRequest): Promise<number> =>
      transaction(database, () => {
        const now = Date.now();
        const owner = wish.owner ?? null;
        if ("dead" in wish)
          return Number(
            sql(
              `UPDATE deliveries SET state = 'waiting', attempts = 0, next_at = ?1, ended_at = NULL
               WHERE state = 'dead'
                 AND subscription IN (SELECT id FROM subscriptions
                   WHERE state <> 'removed' AND (?2 IS NULL OR owner = ?2))`,
            ).run(now, owner).changes,
          );
        const [id, since] = "id" in wish ? [wish.id, null] : [null, wish.since];
        const found = sql(
          `SELECT id, topic, owner FROM notifications
           WHERE (id = ?1 OR at >= ?2) AND (?3 IS NULL OR owner = ?3) AND version IS NOT NULL`,
        ).all(id, since, owner);
        if (id !== null && found.length === 0)
          throw new MediaError(
            "not_found",
            `there is no message ${JSON.stringify(id)} about a media`,
          );
        return found.reduce(
          (sum, row) =>
            sum +
            addressTo(
              sql,
              String(row["id"]),
              row["topic"] as Topic,
              String(row["owner"]),
              now,
              wish.owner,
            ),
          0,
        );
      }),

    /** How many deliveries stand how. */
    async counts(): Promise<Readonly<Partial<Record<Delivery["state"], number>>>> {
      const rows = sql("SELECT state, count(*) AS n FROM deliveries GROUP BY state").all();
      return Object.fromEntries(rows.map((row) => [String(row["state"]), Number(row["n"])]));
    },

    /**
     * Forgets messages from before `then`, and dead letters from 60 days before it. The last message
     * about a version that is still there stays, to know that it was told.
     */
    prune: (then: number): Promise<number> =>
      transaction(database, () => {
        sql(
          `UPDATE subscriptions SET state = 'removed', removed_at = ?2, reason = 'never confirmed'
           WHERE state = 'pending' AND created_at < ?1`,
        ).run(then, Date.now());
        const old = sql(
          `SELECT id FROM notifications AS one WHERE at < ?1
             AND NOT EXISTS (SELECT 1 FROM deliveries WHERE notification = one.id
               AND state <> 'delivered' AND NOT (state = 'dead' AND ended_at < ?2))
             AND (version IS NULL
               OR NOT EXISTS (SELECT 1 FROM media WHERE media.version = one.version)
               OR EXISTS (SELECT 1 FROM notifications AS later
                          WHERE later.version = one.version AND later.sequence > one.sequence))
           LIMIT 1000`,
        ).all(then, then - deadKeptMs);
        for (const row of old) {
          sql("DELETE FROM deliveries WHERE notification = ?").run(row["id"] ?? null);
          sql("DELETE FROM notifications WHERE id = ?").run(row["id"] ?? null);
        }
        sql(
          `DELETE FROM subscriptions WHERE state = 'removed' AND removed_at < ?
             AND id NOT IN (SELECT subscription FROM deliveries)`,
        ).run(then);
        return old.length;
      }),
  };
}

export type Outbox = ReturnType<typeof createOutbox>;
