import { MediaError } from "../../../media/errors.ts";
import { isTopicArn, type AnyTopic } from "../../../media/notice.ts";
import { hourMs, restBeforeAsking, type Asked } from "../../../notify/asking.ts";
import type { Subscription } from "../../../notify/notice.ts";
import type { Row, Sql } from "../statements.ts";
import { keyCounts } from "./end-subscriptions.ts";
import { newMessageId } from "./messages.ts";
import { subscriptionOf } from "./rows.ts";

/** Adds a message about one subscription: that it is to be confirmed, or a test. Returns its id. */
export function addMessageTo(
  sql: Sql,
  { id, owner }: Pick<Subscription, "id" | "owner">,
  topic: "confirmation" | "test",
  now: number,
): string {
  const notification = newMessageId();
  sql("INSERT INTO notifications (id, at, topic, owner, content) VALUES (?, ?, ?, ?, '{}')").run(
    notification,
    now,
    topic,
    owner,
  );
  sql(
    "INSERT INTO deliveries (notification, subscription, state, next_at) VALUES (?, ?, 'waiting', ?)",
  ).run(notification, id, now);
  return notification;
}

/** The living subscriptions of the same subscriber as this one's. */
export function sameSubscriber(
  sql: Sql,
  { kind, address, owner, madeWith }: Omit<Asked, "at" | "topic"> & { madeWith?: string },
): Row[] {
  return sql(
    `SELECT * FROM subscriptions WHERE kind = ? AND address = ? AND owner = ? AND made_with IS ?
       AND state <> 'removed' ORDER BY id`,
  ).all(kind, address, owner, madeWith ?? null);
}

/** The subscriptions that one confirmation is for: a client's topic is confirmed by itself. */
function askedTogether(sql: Sql, subscription: Subscription): readonly Subscription[] {
  const same = sameSubscriber(sql, subscription).map(subscriptionOf);
  return same.filter(({ id, topic }) =>
    isTopicArn(subscription.topic) ? id === subscription.id : !isTopicArn(topic),
  );
}

/** The confirmations of the last hour, those that wait included. */
export function askedLately(sql: Sql, now: number): readonly Asked[] {
  return sql(
    `SELECT one.topic, one.kind, one.address, one.owner, at FROM notifications
     JOIN deliveries ON notification = notifications.id
     JOIN subscriptions AS one ON one.id = subscription
     WHERE notifications.topic = 'confirmation' AND at > ?`,
  )
    .all(now - hourMs)
    .map((row) => ({ ...subscriptionOf(row), at: Number(row["at"]) }));
}

/** Asks a pending address once more, unless that is under way or was done just now. */
export function askAgain(sql: Sql, subscription: Subscription, now: number): void {
  const underWay = sql(
    `SELECT 1 FROM deliveries JOIN notifications ON notifications.id = notification
     WHERE subscription = ? AND topic = 'confirmation' AND state IN ('waiting', 'sending')`,
  );
  const all = askedTogether(sql, subscription);
  if (all.some(({ id }) => underWay.get(id) !== undefined)) return;
  if (restBeforeAsking(askedLately(sql, now), subscription, now) === 0)
    addMessageTo(sql, subscription, "confirmation", now);
}

export function confirmSubscription(sql: Sql, id: string, now: number): void {
  sql(
    "UPDATE subscriptions SET state = 'confirmed', confirmed_at = ? WHERE id = ? AND state = 'pending'",
  ).run(now, id);
  sql("DELETE FROM confirmation_tokens WHERE subscription = ?").run(id);
}

/** Confirms every pending subscription that the last token for this one was sent for. */
export function confirmAnswered(sql: Sql, id: string, now: number): void {
  const covered = sql(
    `SELECT DISTINCT subscription FROM confirmation_tokens WHERE hash IN
       (SELECT hash FROM confirmation_tokens WHERE subscription = ?)`,
  ).all(id);
  confirmSubscription(sql, id, now);
  for (const row of covered) confirmSubscription(sql, String(row["subscription"]), now);
}

/** The subscriptions that a token was sent for. @throws MediaError `invalid_token` */
export function confirmable(sql: Sql, tokenHash: string, now: number): readonly Subscription[] {
  const rows = sql(
    `SELECT subscriptions.* FROM confirmation_tokens JOIN subscriptions ON id = subscription
     WHERE hash = ?2 AND confirmation_tokens.expires_at > ?1 AND state <> 'removed' AND ${keyCounts}
     ORDER BY id`,
  ).all(now, tokenHash);
  if (rows.length > 0) return rows.map(subscriptionOf);
  throw new MediaError("invalid_token", "the token is unknown, was used, or has expired");
}

/**
 * Keeps a token for all pending subscriptions of the same subscriber; for a client's topic, for that one alone.
 * Returns their topics.
 */
export function addToken(
  sql: Sql,
  id: string,
  { hash, expiresAt }: { readonly hash: string; readonly expiresAt: number },
  now: number,
): readonly AnyTopic[] {
  sql("DELETE FROM confirmation_tokens WHERE expires_at < ?").run(now);
  const own = sql("SELECT * FROM subscriptions WHERE id = ?").get(id);
  const pending = (own === undefined ? [] : askedTogether(sql, subscriptionOf(own))).filter(
    ({ state }) => state === "pending",
  );
  const insert = sql(
    "INSERT INTO confirmation_tokens (hash, subscription, expires_at) VALUES (?, ?, ?)",
  );
  for (const subscription of pending) insert.run(hash, subscription.id, expiresAt);
  return pending.map(({ topic }) => topic);
}
