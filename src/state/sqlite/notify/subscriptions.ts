import type { DatabaseSync } from "node:sqlite";
import type { Seal } from "../../../access/seal.ts";
import { transaction } from "../open.ts";
import { statements, type Sql } from "../statements.ts";
import { endSubscription } from "./end-subscriptions.ts";
import { MediaError } from "../../../media/errors.ts";
import type { Topic } from "../../../media/notice.ts";
import { askAgain, checkAsking, confirmable, confirmSubscription, tell } from "./confirmation.ts";
import type { Sender, Subscription, SubscriptionKind } from "../../../notify/notice.ts";
import { notificationOf, subscriptionOf } from "./rows.ts";
import * as secrets from "../../../notify/secrets.ts";

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

/** How long the links to outputs in a message are good. */
export const sharedMs = 7 * 24 * 3_600_000;

/** An output that somebody was told of. */
export interface SharedOutput {
  readonly owner: string;
  readonly name: string;
  readonly version: string;
  readonly key: string;
}

/** Only what this owner may see; without one, everything. */
export interface OwnedBy {
  readonly owner?: string;
}

function find(sql: Sql, id: string, { owner }: OwnedBy): Subscription {
  const row = sql("SELECT * FROM subscriptions WHERE id = ?").get(id);
  if (row !== undefined && (owner === undefined || row["owner"] === owner))
    return subscriptionOf(row);
  throw new MediaError("not_found", `there is no subscription ${JSON.stringify(id)}`);
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
  if (!confirmed) checkAsking(sql, wish, now);
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
  /** Undefined where the master key is lost that they were sealed with. */
  const opened = (id: string, sealed: unknown): secrets.Secrets | undefined => {
    try {
      return secrets.openSecrets(seal, id, String(sealed));
    } catch {
      return undefined;
    }
  };
  return {
    /**
     * Subscribes an address. It has to confirm before it is told anything. Subscribing what is there
     * already changes nothing, and asks again where it has not confirmed.
     * @throws MediaError `invalid_argument`, `unsafe_address`; `invalid_config` without a mail server;
     * `rate_limited` when too many wait to be confirmed, or were asked to just now
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
        const row = sql("SELECT secret, leave_hash FROM subscriptions WHERE id = ?").get(id);
        const all = (row && opened(id, row["secret"])) ?? [];
        const isKnown = row?.["leave_hash"] === secrets.hashOf(text);
        if (!isKnown && !all.some(({ secret }) => secrets.isUnsubscribeToken(text, id, secret)))
          throw new MediaError("not_found", "there is no subscription with this token");
        endSubscription(sql, id, "unsubscribed", now);
        return find(sql, id, {});
      }),

    /**
     * The output that a link in a message leads to: for a week, as long as the subscription is there.
     * @throws MediaError `not_found`
     */
    async shared(code: string): Promise<SharedOutput> {
      const told = secrets.readOutputCode(code);
      const row = sql("SELECT secret FROM subscriptions WHERE id = ? AND state = 'confirmed'").get(
        told.subscription,
      );
      const isOurs = opened(told.subscription, row?.["secret"])?.some(({ secret }) =>
        told.isOf(secret),
      );
      const message = sql("SELECT * FROM notifications WHERE id = ? AND at > ?").get(
        told.notification,
        Date.now() - sharedMs,
      );
      const content = message && notificationOf(message).content;
      const output = content?.outputs[told.index];
      if (isOurs !== true || content === undefined || output === undefined)
        throw new MediaError("not_found", "the link is not known, or not good any more");
      const { owner, name, version } = content;
      return { owner, name, version, key: output.key };
    },

    /** Ends a subscription by its id. @throws MediaError `not_found` */
    remove: (id: string, owned: OwnedBy = {}): Promise<Subscription> =>
      write((now) => {
        endSubscription(sql, find(sql, id, owned).id, "removed", now);
        return find(sql, id, {});
      }),

    /**
     * A new signing secret; the old one signs beside it for a day, if it can be opened.
     * @throws MediaError `not_found`, `invalid_argument`
     */
    rotate: (id: string, owned: OwnedBy = {}): Promise<Subscribed> =>
      write((now) => {
        const subscription = find(sql, id, owned);
        if (subscription.kind !== "webhook")
          throw new MediaError("invalid_argument", "only a webhook has a signing secret");
        const row = sql("SELECT secret FROM subscriptions WHERE id = ?").get(id);
        const [newest] = opened(id, row?.["secret"]) ?? [];
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
