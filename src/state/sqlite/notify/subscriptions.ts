import { MediaError } from "../../../media/errors.ts";
import { checkAsking, checkPending } from "../../../notify/asking.ts";
import type { Subscription } from "../../../notify/notice.ts";
import type {
  NotificationStore,
  OwnedBy,
  Subscriber,
  SubscriptionRow,
} from "../../../notify/store.ts";
import type { Row, Sql } from "../statements.ts";
import {
  addMessageTo,
  addToken,
  askAgain,
  askedLately,
  confirmable,
  confirmSubscription,
  sameSubscriber,
} from "./confirmations.ts";
import {
  endSubscription,
  endSubscriptionsOfKeys,
  keyCounts,
  keyEnded,
} from "./end-subscriptions.ts";
import { storedOf, subscriptionOf } from "./rows.ts";
import type { StoreParts } from "./parts.ts";

/** The row, as removed when its key has ended: that is written down some time later. */
function find(sql: Sql, id: string, now: number, { owner }: OwnedBy = {}): Row {
  const row = sql(`SELECT *, ${keyCounts} AS key_counts FROM subscriptions WHERE id = ?2`).get(
    now,
    id,
  );
  if (row !== undefined && (owner === undefined || row["owner"] === owner)) {
    const hasEnded = row["state"] !== "removed" && row["key_counts"] === 0;
    return hasEnded ? { ...row, state: "removed", removed_at: now, reason: keyEnded } : row;
  }
  throw new MediaError("not_found", `there is no subscription ${JSON.stringify(id)}`);
}

/** A key may have been revoked since the request came in. */
function requireKey(sql: Sql, madeWith: string | undefined, now: number): void {
  if (madeWith === undefined) return;
  const key = sql(
    `SELECT 1 FROM access_keys WHERE access_key_id = ? AND revoked_at IS NULL
       AND (expires_at IS NULL OR expires_at > ?)`,
  ).get(madeWith, now);
  if (key === undefined) throw new MediaError("unauthorized", "the key is not valid any more");
}

/** Checks whether new subscriptions may be added, each with its confirmation. */
function checkNew(
  sql: Sql,
  subscriber: Subscriber,
  rows: readonly SubscriptionRow[],
  now: number,
): void {
  const asked = askedLately(sql, now);
  const pending = sql(
    "SELECT count(*) AS n FROM subscriptions WHERE owner = ? AND state = 'pending'",
  ).get(subscriber.owner);
  checkPending(Number(pending?.["n"]));
  for (const { topic } of rows) checkAsking(asked, { ...subscriber, topic }, now);
}

function insert(
  sql: Sql,
  { kind, address, owner, madeWith, endpoint }: Subscriber,
  { id, topic, sealed, leaveHash }: SubscriptionRow,
  now: number,
): void {
  const confirmedAt = kind === "log" ? now : null; // a log is the operator's own
  sql(
    `INSERT INTO subscriptions (id, topic, kind, address, owner, made_with, state, secret, leave_hash,
                                created_at, confirmed_at, endpoint)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    id,
    topic,
    kind,
    address,
    owner,
    madeWith ?? null,
    confirmedAt === null ? "pending" : "confirmed",
    sealed,
    leaveHash ?? null,
    now,
    confirmedAt,
    endpoint ?? null,
  );
}

function subscribe(
  sql: Sql,
  subscriber: Subscriber,
  rows: readonly SubscriptionRow[],
  now: number,
): readonly Subscription[] {
  endSubscriptionsOfKeys(sql, now);
  requireKey(sql, subscriber.madeWith, now);
  const existing = (topic: string): Row | undefined =>
    sql(
      `SELECT * FROM subscriptions
       WHERE topic = ? AND kind = ? AND address = ? AND owner = ? AND state <> 'removed'`,
    ).get(topic, subscriber.kind, subscriber.address, subscriber.owner);
  const fresh = rows.filter(({ topic }) => existing(topic) === undefined);
  const [first] = fresh;
  if (first !== undefined && subscriber.kind !== "log") checkNew(sql, subscriber, fresh, now);
  for (const row of fresh) insert(sql, subscriber, row, now);
  const all = rows.map(({ topic }) => subscriptionOf(existing(topic) ?? {}));
  const asks = all.find(({ state }) => state === "pending");
  if (first === undefined) {
    if (asks !== undefined) askAgain(sql, asks, now);
  } else if (subscriber.kind !== "log")
    addMessageTo(sql, { id: first.id, owner: subscriber.owner }, "confirmation", now);
  return all;
}

type Methods = Pick<
  NotificationStore,
  | "subscribe"
  | "addToken"
  | "awaiting"
  | "confirm"
  | "subscription"
  | "subscriptionsOf"
  | "subscriptions"
  | "seal"
  | "end"
  | "test"
>;

/** Who is told: subscriptions, their confirmations and their sealed secrets. */
export function subscriptionMethods({ sql, now, write }: StoreParts): Methods {
  return {
    subscribe: (subscriber, rows) => write((at) => subscribe(sql, subscriber, rows, at)),
    addToken: (id, token) => write((at) => addToken(sql, id, token, at)),
    awaiting: async (tokenHash) => confirmable(sql, tokenHash, now()),
    confirm: (tokenHash) =>
      write((at) => {
        const found = confirmable(sql, tokenHash, at);
        for (const { id } of found) confirmSubscription(sql, id, at);
        return found.map(({ id }) => subscriptionOf(find(sql, id, at)));
      }),
    subscription: async (id, owned) => storedOf(find(sql, id, now(), owned)),
    subscriptionsOf: async (subscriber) => sameSubscriber(sql, subscriber).map(storedOf),
    async subscriptions({ owner, removed = false } = {}) {
      return sql(
        `SELECT * FROM subscriptions
         WHERE (?2 IS NULL OR owner = ?2) AND (?3 OR (state <> 'removed' AND ${keyCounts}))
         ORDER BY id LIMIT 10000`,
      )
        .all(now(), owner ?? null, removed ? 1 : 0)
        .map(subscriptionOf);
    },
    seal: (secrets) =>
      write(() => {
        for (const { id, sealed, leaveHash } of secrets)
          sql(
            "UPDATE subscriptions SET secret = ?, leave_hash = coalesce(?, leave_hash) WHERE id = ?",
          ).run(sealed, leaveHash ?? null, id);
      }),
    end: (id, reason) =>
      write((at) => {
        find(sql, id, at);
        endSubscription(sql, id, reason, at);
        return subscriptionOf(find(sql, id, at));
      }),
    test: (id) =>
      write((at) => {
        const subscription = subscriptionOf(find(sql, id, at));
        if (subscription.state !== "confirmed")
          throw new MediaError("invalid_argument", `the subscription is ${subscription.state}`);
        return addMessageTo(sql, subscription, "test", at);
      }),
  };
}
