import type { DatabaseSync } from "node:sqlite";
import type { Seal } from "../../../access/seal.ts";
import { transaction } from "../open.ts";
import { surveySessions, touchSession } from "../sessions.ts";
import { statements, type Row, type Sql } from "../statements.ts";
import { endSubscription } from "./end-subscriptions.ts";
import { asMediaError } from "../../../media/errors.ts";
import { confirmSubscription, newConfirmation } from "./confirmation.ts";
import type { Outgoing, Sent } from "../../../notify/notice.ts";
import { notificationOf, subscriptionOf } from "./rows.ts";
import { longestDelayMs, nextDelayMs, restMs } from "../../../notify/schedule.ts";
import { hashOf, openSecrets, unsubscribeToken, validSecrets } from "../../../notify/secrets.ts";

/** A sending that takes longer has lost its claim; senders give up long before. */
const leaseMs = 120_000;

/** One sending of a delivery, to be ended by `finish`. */
export interface Claimed {
  readonly claim: string;
  readonly message: Outgoing;
}

interface Options {
  readonly database: DatabaseSync;
  /** Names this process: what it was sending when it died is sent by others. */
  readonly session: string;
  readonly newId: () => string;
  readonly seal: Seal;
  /** Pauses between attempts. Default: `delaysMs`. */
  readonly delays?: readonly number[];
}

/** A sending that came to no end waits again; where the subscription was removed meanwhile, it is dead. */
function putBack(sql: Sql, claim: string, now: number, { untried = false } = {}): void {
  const { changes } = sql(
    `UPDATE deliveries SET state = 'dead', last_error = 'the subscription was removed', ended_at = ?,
       claim = NULL, claimed_by = NULL, claimed_until = NULL
     WHERE claim = ? AND subscription IN (SELECT id FROM subscriptions WHERE state = 'removed')`,
  ).run(now, claim);
  if (changes !== 0) return;
  sql(
    `UPDATE deliveries SET state = 'waiting', attempts = attempts - ?, claim = NULL,
       claimed_by = NULL, claimed_until = NULL
     WHERE claim = ?`,
  ).run(untried ? 1 : 0, claim);
}

/** Sendings whose process is gone, or that took too long, or whose clock was set back, wait again. */
function takeBack(database: DatabaseSync, sql: Sql, session: string, now: number): void {
  const others = sql("SELECT 1 FROM deliveries WHERE state = 'sending' AND claimed_by <> ?");
  const living = others.get(session) && surveySessions(database).living;
  const held = sql(
    "SELECT claim, claimed_by, claimed_until FROM deliveries WHERE state = 'sending'",
  );
  for (const row of held.all()) {
    const until = Number(row["claimed_until"]);
    const isHeld = until > now && until <= now + leaseMs;
    const by = String(row["claimed_by"]);
    if (isHeld && (by === session || living?.has(by))) continue;
    putBack(sql, String(row["claim"]), now);
  }
}

/**
 * One due delivery for each subscription that has none under way, longest due first: one at a time
 * for a receiver, so that one that hangs keeps nobody else waiting. What is due further ahead than
 * any pause was put there by a clock that has since been set back.
 */
function due(sql: Sql, now: number, limit: number, only: string | undefined): Row[] {
  return sql(
    `WITH next AS (
       SELECT id AS subscription,
         (SELECT min(next_at) FROM deliveries
          WHERE subscription = subscriptions.id AND state = 'waiting') AS next_at
       FROM subscriptions
       WHERE state <> 'removed' AND (?4 IS NULL OR id = ?4)
         AND (rest_until <= ?1 OR rest_until > ?1 + ?2) AND NOT EXISTS (
         SELECT 1 FROM deliveries WHERE subscription = subscriptions.id AND state = 'sending'))
     SELECT min(notification) AS notification, subscription
     FROM next JOIN deliveries USING (subscription, next_at)
     WHERE state = 'waiting' AND (next_at <= ?1 OR next_at > ?1 + ?2)
     GROUP BY subscription ORDER BY next_at LIMIT ?3`,
  ).all(now, 2 * longestDelayMs, limit, only ?? null);
}

/** Deliveries as they are made: claimed, sent by whoever claimed them, and ended. */
export function createClaims({ database, session, newId, seal, delays }: Options) {
  const sql = statements(database);

  /** One that cannot be opened, for its master key was lost, say, concerns this subscription alone. */
  const secretsOf = (subscription: string, sealed: string, now: number) => {
    try {
      return { secrets: validSecrets(openSecrets(seal, subscription, sealed), now) };
    } catch (thrown) {
      return { secrets: [], withoutSecrets: asMediaError(thrown).message };
    }
  };

  /** The link that ends an e-mail's subscription counts also when its secret cannot be opened any more. */
  const noteLeaving = (receiver: Row, secret: string | undefined): void => {
    if (receiver["kind"] !== "email" || receiver["leave_hash"] !== null || secret === undefined)
      return;
    const id = String(receiver["id"]);
    const hash = hashOf(unsubscribeToken(id, secret));
    sql("UPDATE subscriptions SET leave_hash = ? WHERE id = ?").run(hash, id);
  };

  const take = (row: Row, now: number): Claimed => {
    const [notification, subscription] = [String(row["notification"]), String(row["subscription"])];
    const claim = newId();
    sql(
      `UPDATE deliveries SET state = 'sending', attempts = attempts + 1, claim = ?, claimed_by = ?,
         claimed_until = ?
       WHERE notification = ? AND subscription = ?`,
    ).run(claim, session, now + leaseMs, notification, subscription);
    const message = sql("SELECT * FROM notifications WHERE id = ?").get(notification);
    const receiver = sql("SELECT * FROM subscriptions WHERE id = ?").get(subscription);
    if (message === undefined || receiver === undefined)
      throw new Error(`the delivery of ${notification} to ${subscription} lost one of them`);
    const isConfirmation = message["topic"] === "confirmation";
    const opened = secretsOf(subscription, String(receiver["secret"]), now);
    noteLeaving(receiver, opened.secrets[0]);
    return {
      claim,
      message: {
        notification: notificationOf(message),
        subscription: subscriptionOf(receiver),
        ...opened,
        ...(isConfirmation && { token: newConfirmation(sql, subscription, now) }),
      },
    };
  };

  const end = (claim: string, state: "delivered" | "dead", error: string | null, now: number) =>
    sql(
      `UPDATE deliveries SET state = ?, last_error = ?, ended_at = ?, claim = NULL, claimed_by = NULL,
         claimed_until = NULL
       WHERE claim = ?`,
    ).run(state, error, now, claim);

  /** It waits for its next attempt, or is dead; the receiver is left alone for a moment. */
  const postpone = (row: Row, claim: string, sent: Sent & { state: "failed" }, now: number) => {
    const wish = { ...(delays && { delays }), retryAfterMs: sent.retryAfterMs ?? 0 };
    const delay = nextDelayMs(Number(row["attempts"]), wish);
    const subscription = row["subscription"] ?? null;
    const there = sql("SELECT 1 FROM subscriptions WHERE id = ? AND state <> 'removed'");
    if (delay === undefined || there.get(subscription) === undefined)
      return void end(claim, "dead", sent.error, now);
    sql(
      `UPDATE deliveries SET state = 'waiting', next_at = ?, last_error = ?, claim = NULL,
         claimed_by = NULL, claimed_until = NULL
       WHERE claim = ?`,
    ).run(now + delay, sent.error, claim);
    sql("UPDATE subscriptions SET rest_until = ? WHERE id = ?").run(
      now + Math.min(delay, restMs),
      subscription,
    );
  };

  return {
    /** Claims what is due, at most `limit`, one for each receiver. */
    claim: (limit: number, only?: string): Promise<readonly Claimed[]> =>
      transaction(
        database,
        () => {
          const now = Date.now();
          takeBack(database, sql, session, now);
          const rows = due(sql, now, limit, only);
          if (rows.length > 0) touchSession(database, session);
          return rows.map((row) => take(row, now));
        },
        { durable: false }, // a power failure ends the process that sends, too
      ),

    /** Whether there may be something to claim: a look without the lock. */
    isAnyDue(only?: string): boolean {
      const now = Date.now();
      // our own, too: one that could not be recorded has lost its claim some day
      const lost = sql(
        `SELECT 1 FROM deliveries WHERE state = 'sending'
           AND (claimed_by <> ? OR claimed_until <= ? OR claimed_until > ?)`,
      ).get(session, now, now + leaseMs);
      return lost !== undefined || due(sql, now, 1, only).length > 0;
    },

    /** Records how a sending ended. One that has lost its claim changes nothing. */
    finish: ({ claim }: Pick<Claimed, "claim">, sent: Sent): Promise<void> =>
      transaction(database, () => {
        const now = Date.now();
        const row = sql("SELECT * FROM deliveries WHERE claim = ?").get(claim);
        if (row === undefined) return;
        const subscription = String(row["subscription"]);
        switch (sent.state) {
          case "delivered":
            end(claim, "delivered", null, now);
            if (sent.confirmed) confirmSubscription(sql, subscription, now);
            return;
          case "refused":
            end(claim, "dead", sent.error, now);
            return;
          case "gone":
            end(claim, "dead", sent.error, now);
            endSubscription(sql, subscription, sent.error, now);
            return;
          case "failed":
            return postpone(row, claim, sent, now);
        }
      }),

    /** Gives a sending back that was not tried to its end. */
    handBack: ({ claim }: Pick<Claimed, "claim">): Promise<void> =>
      transaction(database, () => {
        putBack(sql, claim, Date.now(), { untried: true });
      }),
  };
}

export type Claims = ReturnType<typeof createClaims>;
