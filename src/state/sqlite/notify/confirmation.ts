import { newMessageId } from "./messages.ts";
import type { Sql } from "../statements.ts";
import { MediaError } from "../../../media/errors.ts";
import type { Topic } from "../../../media/notice.ts";
import type { Notification, Subscription } from "../../../notify/notice.ts";
import { hashOf, newToken } from "../../../notify/secrets.ts";

/** How long a confirmation's token counts: as long as Amazon SNS's, three days. */
const tokenMs = 3 * 24 * 3_600_000;

/** An address that is subscribed again, also after it was removed, is asked again, but not more often. */
const askAgainMs = 5 * 60_000;

/** In an hour nobody has more addresses asked, and no address is asked more often, whoever wishes it. */
const mostAskedAnHour = { owner: 100, address: 12 };
const hourMs = 3_600_000;

/** A message about one subscription: that it is to be confirmed, or a test. */
export function tell(
  sql: Sql,
  subscription: Pick<Subscription, "id" | "owner">,
  topic: Exclude<Notification["topic"], Topic>,
  now: number,
): string {
  const id = newMessageId();
  sql("INSERT INTO notifications (id, at, topic, owner, content) VALUES (?, ?, ?, ?, '{}')").run(
    id,
    now,
    topic,
    subscription.owner,
  );
  sql(
    "INSERT INTO deliveries (notification, subscription, state, next_at) VALUES (?, ?, 'waiting', ?)",
  ).run(id, subscription.id, now);
  return id;
}

export function confirmSubscription(sql: Sql, id: string, now: number): void {
  sql(
    "UPDATE subscriptions SET state = 'confirmed', confirmed_at = ? WHERE id = ? AND state = 'pending'",
  ).run(now, id);
  sql("DELETE FROM confirmation_tokens WHERE subscription = ?").run(id);
}

/** A token for one sending of a confirmation; those sent before still count. */
export function newConfirmation(sql: Sql, subscription: string, now: number) {
  const text = newToken();
  const expiresAt = now + tokenMs;
  sql("DELETE FROM confirmation_tokens WHERE expires_at < ?").run(now);
  sql("INSERT INTO confirmation_tokens VALUES (?, ?, ?)").run(
    hashOf(text),
    subscription,
    expiresAt,
  );
  return { text, expiresAt };
}

/** The subscription that a token was sent to. @throws MediaError `invalid_token` */
export function confirmable(sql: Sql, token: string, now: number): string {
  const row = sql(
    "SELECT subscription FROM confirmation_tokens WHERE hash = ? AND expires_at > ?",
  ).get(hashOf(token.trim()), now);
  if (row !== undefined) return String(row["subscription"]);
  throw new MediaError("invalid_token", "the token is unknown, was used, or has expired");
}

type Asked = Pick<Subscription, "topic" | "kind" | "address" | "owner">;

/** How long it is to be waited before an address may be asked to confirm (once more); 0: not at all. */
function restBeforeAsking(sql: Sql, wish: Asked, now: number): number {
  const asked = sql(
    `SELECT one.topic, one.kind, one.address, one.owner, at FROM notifications
     JOIN deliveries ON notification = notifications.id
     JOIN subscriptions AS one ON one.id = subscription
     WHERE notifications.topic = 'confirmation' AND at > ? ORDER BY at`,
  ).all(now - hourMs);
  const wasAsked = (...fields: (keyof Asked)[]) =>
    asked
      .filter((row) => fields.every((field) => row[field] === wish[field]))
      .map((row) => Number(row["at"]));
  const same = wasAsked("topic", "kind", "address", "owner").at(-1) ?? -Infinity;
  const hourAfter = (times: number[], most: number) => (times.at(-most) ?? -Infinity) + hourMs;
  const until = Math.max(
    same + askAgainMs,
    hourAfter(wasAsked("owner"), mostAskedAnHour.owner),
    hourAfter(wasAsked("kind", "address"), mostAskedAnHour.address),
  );
  return Math.max(0, Math.min(hourMs, until - now)); // a clock may have been set back
}

/** Asks a pending address once more, unless that was done just now or is about to be. */
export function askAgain(sql: Sql, subscription: Subscription, now: number): void {
  const underWay = sql(
    `SELECT 1 FROM deliveries JOIN notifications ON notifications.id = notification
     WHERE subscription = ? AND topic = 'confirmation' AND state IN ('waiting', 'sending')`,
  ).get(subscription.id);
  if (underWay === undefined && restBeforeAsking(sql, subscription, now) === 0)
    tell(sql, subscription, "confirmation", now);
}

/** @throws MediaError `rate_limited` when an address was asked just now, or too many were */
export function checkAsking(sql: Sql, wish: Asked, now: number): void {
  const restMs = restBeforeAsking(sql, wish, now);
  if (restMs === 0) return;
  const seconds = Math.ceil(restMs / 1_000);
  throw new MediaError(
    "rate_limited",
    `confirmations were asked for too often: wait ${seconds} s before ${wish.address} is subscribed`,
    { details: { headers: { "retry-after": String(seconds) } } },
  );
}
