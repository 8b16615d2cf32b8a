import type { ClaimedDelivery, NotificationStore } from "../../../notify/store.ts";
import { claimMs, longestDelayMs, type DeliveryEnd } from "../../../notify/schedule.ts";
import { transaction } from "../open.ts";
import { surveySessions, touchSession } from "../sessions.ts";
import type { Row, Sql } from "../statements.ts";
import { confirmAnswered } from "./confirmations.ts";
import { endSubscription, endSubscriptionsOfKeys, keyCounts } from "./end-subscriptions.ts";
import { notificationOf, storedOf } from "./rows.ts";
import type { StoreParts } from "./parts.ts";

/** What is due later than this from now was put there before the clock was set back: it is due now. */
const mostAheadMs = 2 * longestDelayMs;

const free = "claim = NULL, claimed_by = NULL, claimed_until = NULL";

/** A sending that came to no end waits again; where the subscription has ended meanwhile, it is dead. */
function putBack(sql: Sql, claim: string, now: number, untried: 0 | 1 = 0): void {
  const { changes } = sql(
    `UPDATE deliveries SET state = 'dead', last_error = 'the subscription was removed', ended_at = ?,
       ${free}
     WHERE claim = ? AND subscription IN (SELECT id FROM subscriptions WHERE state = 'removed')`,
  ).run(now, claim);
  if (changes !== 0) return;
  sql(
    `UPDATE deliveries SET state = 'waiting', attempts = attempts - ?, ${free} WHERE claim = ?`,
  ).run(untried, claim);
}

/** The sendings under way, each with the time at which others may take it over. */
function underWay({ database, sql, session }: StoreParts, now: number) {
  const rows = sql(
    "SELECT claim, claimed_by, claimed_until FROM deliveries WHERE state = 'sending'",
  ).all();
  const others = rows.some((row) => row["claimed_by"] !== session);
  const living = others ? surveySessions(database).living : new Set<string>();
  return rows.map((row) => {
    const until = Number(row["claimed_until"]);
    const by = String(row["claimed_by"]);
    // a claim from further ahead was made before the clock was set back
    const isHeld = until <= now + claimMs && (by === session || living.has(by));
    return { claim: String(row["claim"]), freeAt: isHeld ? until : now };
  });
}

/** Subscriptions that may be sent to, each with the time of its first waiting delivery. */
const nextOfEach = `
  SELECT subscription, rest_until, first_at AS next_at
  FROM (SELECT subscription, min(next_at) AS first_at FROM deliveries
        WHERE state = 'waiting' GROUP BY subscription)
  JOIN subscriptions ON subscriptions.id = subscription
  WHERE subscriptions.state <> 'removed' AND ${keyCounts} AND NOT EXISTS (
    SELECT 1 FROM deliveries AS sent WHERE sent.subscription = subscriptions.id
      AND sent.state = 'sending')`;

/** One due delivery for each subscription, longest due first. */
function due(sql: Sql, now: number, limit: number, only: string | undefined): Row[] {
  return sql(
    `WITH next AS (${nextOfEach} AND (?4 IS NULL OR subscriptions.id = ?4)
       AND (rest_until <= ?1 OR rest_until > ?1 + ?2))
     SELECT min(notification) AS notification, subscription
     FROM next JOIN deliveries USING (subscription, next_at)
     WHERE state = 'waiting' AND (next_at <= ?1 OR next_at > ?1 + ?2)
     GROUP BY subscription ORDER BY next_at LIMIT ?3`,
  ).all(now, mostAheadMs, limit, only ?? null);
}

function take(parts: StoreParts, row: Row, now: number): ClaimedDelivery {
  const { sql, session, newId } = parts;
  const [notification, subscription] = [String(row["notification"]), String(row["subscription"])];
  const claim = newId();
  const taken = sql(
    `UPDATE deliveries SET state = 'sending', attempts = attempts + 1, claim = ?, claimed_by = ?,
       claimed_until = ?
     WHERE notification = ? AND subscription = ? RETURNING attempts`,
  ).get(claim, session, now + claimMs, notification, subscription);
  const message = sql("SELECT * FROM notifications WHERE id = ?").get(notification);
  const receiver = sql("SELECT * FROM subscriptions WHERE id = ?").get(subscription);
  if (message === undefined || receiver === undefined)
    throw new Error(`the delivery of ${notification} to ${subscription} lost one of them`);
  const attempts = Number(taken?.["attempts"]);
  return { claim, attempts, notification: notificationOf(message), ...storedOf(receiver) };
}

function endDelivery(
  sql: Sql,
  claim: string,
  state: "delivered" | "dead",
  error: string | null,
  now: number,
): void {
  sql(`UPDATE deliveries SET state = ?, last_error = ?, ended_at = ?, ${free} WHERE claim = ?`).run(
    state,
    error,
    now,
    claim,
  );
}

function finish(sql: Sql, claim: string, end: DeliveryEnd, now: number): void {
  const row = sql("SELECT subscription FROM deliveries WHERE claim = ?").get(claim);
  if (row === undefined) return; // another has it
  const subscription = String(row["subscription"]);
  if (end.state === "delivered") {
    endDelivery(sql, claim, "delivered", null, now);
    if (end.confirmed) confirmAnswered(sql, subscription, now);
    return;
  }
  const isThere = sql("SELECT 1 FROM subscriptions WHERE id = ? AND state <> 'removed'");
  if (end.state === "dead" || isThere.get(subscription) === undefined) {
    endDelivery(sql, claim, "dead", end.error, now);
    if (end.state === "dead" && end.endsSubscription)
      endSubscription(sql, subscription, end.error, now);
    return;
  }
  sql(
    `UPDATE deliveries SET state = 'waiting', next_at = ?, last_error = ?, ${free} WHERE claim = ?`,
  ).run(end.nextAt, end.error, claim);
  sql("UPDATE subscriptions SET rest_until = ? WHERE id = ?").run(end.restUntil, subscription);
}

type Methods = Pick<NotificationStore, "claim" | "nextDueAt" | "finish" | "handBack">;

/** Deliveries as they are made: claimed, sent by the process that claimed them, and ended. */
export function claimMethods(parts: StoreParts): Methods {
  const { database, sql, session, write } = parts;
  return {
    claim: (limit, only) =>
      transaction(
        database,
        () => {
          const now = parts.now();
          endSubscriptionsOfKeys(sql, now);
          for (const { claim, freeAt } of underWay(parts, now))
            if (freeAt <= now) putBack(sql, claim, now);
          const rows = due(sql, now, limit, only);
          if (rows.length > 0) touchSession(database, session);
          return rows.map((row) => take(parts, row, now));
        },
        { durable: false }, // a power failure ends the process that sends, too
      ),

    async nextDueAt() {
      const now = parts.now();
      const row = sql(
        `SELECT min(max(CASE WHEN next_at > ?1 + ?2 THEN ?1 ELSE next_at END,
                        CASE WHEN rest_until > ?1 + ?2 THEN ?1 ELSE rest_until END)) AS at
         FROM (${nextOfEach})`,
      ).get(now, mostAheadMs);
      const times = underWay(parts, now).map(({ freeAt }) => freeAt);
      if (typeof row?.["at"] === "number") times.push(row["at"]);
      return times.length === 0 ? undefined : Math.min(...times);
    },

    finish: (claim, end) => write((now) => finish(sql, claim, end, now)),
    handBack: (claim) => write((now) => putBack(sql, claim, now, 1)),
  };
}
