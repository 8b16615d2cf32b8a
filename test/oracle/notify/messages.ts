import { randomBytes } from "node:crypto";
import { everybody, type Topic } from "../../../src/media/notice.ts";
import type { OutcomeMessage } from "../../../src/notify/compose.ts";
import type { Sql } from "../../../src/state/sqlite/statements.ts";

/** A fresh id for a message: it stays the same however often the message is sent. */
export function newMessageId(): string {
  return `msg_${randomBytes(16).toString("hex")}`;
}

/**
 * Puts a message about a media file's outcome into the outbox, with a delivery for each subscription
 * to its topic, in the transaction that is under way. A message that repeats the last one about this
 * version is left out.
 */
export function recordMessage(sql: Sql, message: OutcomeMessage, now: number): void {
  const { topic, run, content } = message;
  const { name, version, owner } = content;
  const last = sql(
    "SELECT topic, run FROM notifications WHERE version = ? ORDER BY sequence DESC LIMIT 1",
  ).get(version);
  const told = last && { topic: last["topic"] as Topic, run: String(last["run"]) };
  if (told?.topic === topic && told.run === run) return;
  const id = newMessageId();
  sql(
    `INSERT INTO notifications (id, at, topic, owner, name, version, run, content)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(id, now, topic, owner, name, version, run, JSON.stringify(content));
  addressTo(sql, id, topic, owner, now);
}

/**
 * A delivery of the message for each subscription to its topic: one a mailbox, though it may have
 * subscribed both to its own media files and to everybody's. Returns how many are new or to be done again.
 * @param audience whose subscriptions beside the owner's. Default: those to everybody's media files.
 */
export function addressTo(
  sql: Sql,
  notification: string,
  topic: Topic,
  owner: string,
  now: number,
  audience: string = everybody,
): number {
  const { changes } = sql(
    `INSERT INTO deliveries (notification, subscription, state, next_at)
     SELECT ?1, min(id), 'waiting', ?2 FROM subscriptions
     WHERE state = 'confirmed' AND topic = ?3 AND owner IN (?4, ?5)
     GROUP BY kind, address, CASE kind WHEN 'email' THEN '' ELSE owner END
     ON CONFLICT (notification, subscription) DO UPDATE SET
       state = 'waiting', attempts = 0, next_at = excluded.next_at, ended_at = NULL
     WHERE state IN ('delivered', 'dead')`,
  ).run(notification, now, topic, owner, audience);
  return Number(changes);
}
