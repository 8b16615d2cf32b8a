import { randomBytes } from "node:crypto";
import { everybody, type AnyTopic, type Published, type TopicArn } from "../../../media/notice.ts";
import { addressees } from "../../../notify/addressees.ts";
import type { OutcomeMessage } from "../../../notify/compose.ts";
import type { Sql } from "../statements.ts";
import { keyCounts } from "./end-subscriptions.ts";
import { subscriptionOf } from "./rows.ts";

/** A fresh id for a message: it stays the same however often the message is sent. */
export function newMessageId(): string {
  return `msg_${randomBytes(16).toString("hex")}`;
}

/**
 * Puts a message about a media file's outcome into the outbox, with a delivery for each subscription
 * to its topic, in the transaction that is under way.
 */
export function recordMessage(sql: Sql, message: OutcomeMessage, now: number): void {
  const { topic, run, content } = message;
  const { name, version, owner } = content;
  const id = newMessageId();
  sql(
    `INSERT INTO notifications (id, at, topic, owner, name, version, run, content)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(id, now, topic, owner, name, version, run, JSON.stringify(content));
  addDeliveries(sql, id, topic, [owner, everybody], now);
}

/**
 * Puts a client's message into the outbox, with a delivery for each confirmed subscription to its topic, in the
 * transaction that is under way. Returns its id.
 */
export function recordPublished(
  sql: Sql,
  { arn, owner }: { readonly arn: TopicArn; readonly owner: string },
  published: Published,
  now: number,
): string {
  const id = newMessageId();
  sql("INSERT INTO notifications (id, at, topic, owner, content) VALUES (?, ?, ?, ?, ?)").run(
    id,
    now,
    arn,
    owner,
    JSON.stringify(published),
  );
  addDeliveries(sql, id, arn, [owner], now);
  return id;
}

/**
 * Adds a delivery of a message for each of its addressees; those that had it get it once more. Returns
 * how many wait now that did not.
 * @param audience whose subscriptions to the topic: the owner's of the media file, and everybody's
 */
export function addDeliveries(
  sql: Sql,
  notification: string,
  topic: AnyTopic,
  audience: readonly string[],
  now: number,
): number {
  const [one, other = one] = audience;
  const candidates = sql(
    `SELECT * FROM subscriptions WHERE state = 'confirmed' AND topic = ?2 AND owner IN (?3, ?4)
       AND ${keyCounts}`,
  ).all(now, topic, one ?? null, other ?? null);
  const insert = sql(
    `INSERT INTO deliveries (notification, subscription, state, next_at) VALUES (?, ?, 'waiting', ?)
     ON CONFLICT (notification, subscription) DO UPDATE SET
       state = 'waiting', attempts = 0, next_at = excluded.next_at, ended_at = NULL
     WHERE state IN ('delivered', 'dead')`,
  );
  let added = 0;
  for (const { id } of addressees(candidates.map(subscriptionOf)))
    added += Number(insert.run(notification, id, now).changes);
  return added;
}
