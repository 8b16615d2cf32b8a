import type { DatabaseSync } from "node:sqlite";
import type { Seal } from "../access/seal.ts";
import { transaction } from "../database/open.ts";
import { newMessageId } from "../database/outbox.ts";
import { statements, type Sql } from "../database/statements.ts";
import { MediaError } from "../media/errors.ts";
import type { Topic } from "../media/notice.ts";
import type { Notification, Sender, Subscription, SubscriptionKind } from "./notice.ts";
import { subscriptionOf } from "./rows.ts";
import * as secrets from "./secrets.ts";

/** How long a confirmation's token counts: as long as Amazon SNS's, three days. */
const tokenMs = 3 * 24 * 3_600_000;

/** An address that is subscribed again while it has not confirmed is asked again, but not more often. */
const askAgainMs = 5 * 60_000;

/** One owner's subscriptions that wait to be confirmed: nobody is to flood others' mailboxes. */
const mostPending = 100;

interface Options {
  readonly database: DatabaseSync;
  readonly newId: () => string;
  readonly seal: Seal;
  readonly senders: Readonly<Record<SubscriptionKind, Sender>>;
}

export interface NewSubscription {
  readonly topic: Topic;
  readonly kind: SubscriptionKind;
  /** An e-mail address, an http(s) URL, or `stderr` or a file's absolute path for a log. */
  readonly address: string;
  /** Whose media it hears of; `*`: everybody's. */
  readonly owner: string;
  /** For a webhook: `whsec_` and 24 to 64 bytes in base 64. Default: a new one. */
  readonly secret?: string;
}

export interface Subscribed {
  readonly subscription: Subscription;
  /** What the webhook's messages are signed with; told this once. */
  readonly secret?: string;
}

/** Only what this owner may see; without one, everything. */
export interface OwnedBy {
  readonly owner?: string;
}

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

/** Ends a subscription and what waits for it. */
export function removeSubscription(sql: Sql, id: string, reason: string, now: number): boolean {
  const { changes } = sql(
    "UPDATE subscriptions SET state = 'removed', removed_at = ?, reason = ? WHERE id = ? AND state <> 'removed'",
  ).run(now, reason, id);
  sql("DELETE FROM deliveries WHERE subscription = ? AND state = 'waiting'").run(id);
  sql("DELETE FROM confirmation_tokens WHERE subscription = ?").run(id);
  return Number(changes) === 1;
}

export function confirmSubscription(sql: Sql, id: string, now: number): void {
  sql(
    "UPDATE subscriptions SET state = 'confirmed', confirmed_at = ? WHERE id = ? AND state = 'pending'",
  ).run(now, id);
  sql("DELETE FROM confirmation_tokens WHERE subscription = ?").run(id);
}

/** A token for one sending of a confirmation; those sent before still count. */
export function newConfirmation(sql: Sql, subscription: string, now: number) {
  const text = secrets.newToken();
  const expiresAt = now + tokenMs;
  sql("DELETE FROM confirmation_tokens WHERE expires_at < ?").run(now);
  sql("INSERT INTO confirmation_tokens VALUES (?, ?, ?)").run(
    secrets.hashOf(text),
    subscription,
    expiresAt,
  );
  return { text, expiresAt };
}

/** The subscription that a token was sent to. @throws MediaError `invalid_token` */
function confirmable(sql: Sql, token: string, now: number): string {
  const row = sql(
    "SELECT subscription FROM confirmation_tokens WHERE hash = ? AND expires_at > ?",
  ).get(secrets.hashOf(token.trim()), now);
  if (row !== undefined) return String(row["subscription"]);
  throw new MediaError("invalid_token", "the token is unknown, was used, or has expired");
}

function find(sql: Sql, id: string, { owner }: OwnedBy): Subscription {
  const row = sql("SELECT * FROM subscriptions WHERE id = ?").get(id);
  if (row !== undefined && (owner === undefined || row["owner"] === owner))
    return subscriptionOf(row);
  throw new MediaError("not_found", `there is no subscription ${JSON.stringify(id)}`);
}

/** Asks a pending address once more, unless that was done just now or is about to be. */
function askAgain(sql: Sql, subscription: Subscription, now: number): void {
  const recent = sql(
    `SELECT 1 FROM deliveries JOIN notifications ON notifications.id = notification
     WHERE subscription = ? AND topic = 'confirmation'
       AND (state IN ('waiting', 'sending') OR at > ?)`,
  ).get(subscription.id, now - askAgainMs);
  if (recent === undefined) tell(sql, subscription, "confirmation", now);
}

function insert(sql: Sql, wish: NewSubscription, id: string, sealed: string, now: number) {
  const pending = sql(
    "SELECT count(*) AS n FROM subscriptions WHERE owner = ? AND state = 'pending'",
  ).get(wish.owner);
  if (wish.kind !== "log" && Number(pending?.["n"]) >= mostPending)
    throw new MediaError(
      "rate_limited",
      `${mostPending} subscriptions wait to be confirmed already; no more until some are`,
    );
  const confirmed = wish.kind === "log"; // it is the operator's own
  sql(
    `INSERT INTO subscriptions (id, topic, kind, address, owner, state, secret, created_at, confirmed_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    id,
    wish.topic,
    wish.kind,
    wish.address,
    wish.owner,
    confirmed ? "confirmed" : "pending",
    sealed,
    now,
    confirmed ? now : null,
  );
  if (!confirmed) tell(sql, { id, owner: wish.owner }, "confirmation", now);
}

/** Who is told: subscriptions and their secrets. Everything is kept in the catalog's database. */
export function createSubscriptions({ database, newId, seal, senders }: Options) {
  const sql = statements(database);
  const write = <T>(work: (now: number) => T): Promise<T> =>
    transaction(database, () => work(Date.now()));
  return {
    /**
     * Subscribes an address. It has to confirm before it is told anything. Subscribing what is there
     * already changes nothing, and asks again where it has not confirmed.
     * @throws MediaError `invalid_argument`, `unsafe_address`; `invalid_config` without a mail server;
     * `rate_limited` when too many wait to be confirmed
     */
    async subscribe(wish: NewSubscription): Promise<Subscribed> {
      const address = senders[wish.kind].check(wish.address);
      const secret = wish.secret ?? secrets.newSecret();
      if (wish.secret !== undefined && (wish.kind !== "webhook" || !secrets.isSecret(wish.secret)))
        throw new MediaError(
          "invalid_argument",
          "a webhook's secret is `whsec_` and 24 to 64 bytes in base 64; other kinds have none",
        );
      const id = newId();
      const sealed = secrets.sealSecrets(seal, id, [{ secret }]);
      return write((now) => {
        const there = sql(
          `SELECT * FROM subscriptions
           WHERE topic = ? AND kind = ? AND address = ? AND owner = ? AND state <> 'removed'`,
        ).get(wish.topic, wish.kind, address, wish.owner);
        if (there !== undefined) {
          const subscription = subscriptionOf(there);
          if (subscription.state === "pending") askAgain(sql, subscription, now);
          return { subscription };
        }
        insert(sql, { ...wish, address }, id, sealed, now);
        const subscription = find(sql, id, {});
        return { subscription, ...(wish.kind === "webhook" && { secret }) };
      });
    },

    /** Confirms the subscription that the token was sent to. @throws MediaError `invalid_token` */
    confirm: (token: string): Promise<Subscription> =>
      write((now) => {
        const id = confirmable(sql, token, now);
        confirmSubscription(sql, id, now);
        return find(sql, id, {});
      }),

    /** What a token would confirm; changes nothing. @throws MediaError `invalid_token` */
    async awaiting(token: string): Promise<Subscription> {
      return find(sql, confirmable(sql, token, Date.now()), {});
    },

    /** Ends a subscription by the token in its messages' link. @throws MediaError `not_found` */
    unsubscribe: (token: string): Promise<Subscription> =>
      write((now) => {
        const text = token.trim();
        const [id = ""] = text.split(".");
        const row = sql("SELECT secret FROM subscriptions WHERE id = ?").get(id);
        const all = row && secrets.openSecrets(seal, id, String(row["secret"]));
        if (!all?.some(({ secret }) => secrets.isUnsubscribeToken(text, id, secret)))
          throw new MediaError("not_found", "there is no subscription with this token");
        removeSubscription(sql, id, "unsubscribed", now);
        return find(sql, id, {});
      }),

    /** Ends a subscription by its id. @throws MediaError `not_found` */
    remove: (id: string, owned: OwnedBy = {}): Promise<Subscription> =>
      write((now) => {
        removeSubscription(sql, find(sql, id, owned).id, "removed", now);
        return find(sql, id, {});
      }),

    /** A new signing secret; the old one signs beside it for a day. @throws MediaError `not_found`, `invalid_argument` */
    rotate: (id: string, owned: OwnedBy = {}): Promise<Subscribed> =>
      write((now) => {
        const subscription = find(sql, id, owned);
        if (subscription.kind !== "webhook")
          throw new MediaError("invalid_argument", "only a webhook has a signing secret");
        const row = sql("SELECT secret FROM subscriptions WHERE id = ?").get(id);
        const [newest] = secrets.openSecrets(seal, id, String(row?.["secret"]));
        const secret = secrets.newSecret();
        const old = newest ? [{ secret: newest.secret, until: now + secrets.rotationMs }] : [];
        const sealed = secrets.sealSecrets(seal, id, [{ secret }, ...old]);
        sql("UPDATE subscriptions SET secret = ? WHERE id = ?").run(sealed, id);
        return { subscription, secret };
      }),

    /** Those that are there, oldest first; with `removed`, also those that were. */
    async subscriptions({ owner, removed = false }: OwnedBy & { removed?: boolean } = {}) {
      return sql(
        `SELECT * FROM subscriptions
         WHERE (?1 IS NULL OR owner = ?1) AND (?2 OR state <> 'removed') ORDER BY id LIMIT 10000`,
      )
        .all(owner ?? null, removed ? 1 : 0)
        .map(subscriptionOf);
    },

    /** Puts a test message into the outbox for a confirmed subscription. Returns its id. @throws MediaError `not_found`, `invalid_argument` */
    test: (id: string, owned: OwnedBy = {}): Promise<string> =>
      write((now) => {
        const subscription = find(sql, id, owned);
        if (subscription.state !== "confirmed")
          throw new MediaError("invalid_argument", `the subscription is ${subscription.state}`);
        return tell(sql, subscription, "test", now);
      }),
  };
}
