import type { Seal } from "../access/seal.ts";
import { MediaError } from "../media/errors.ts";
import { checkSecret, createSubscriptionSecrets } from "./subscription-secrets.ts";
import { topics, type Topic } from "../media/notice.ts";
import type { Sender, Subscription, SubscriptionKind } from "./notice.ts";
import * as secrets from "./secrets.ts";
import type { NotificationStore, OwnedBy, Subscriber } from "./store.ts";

export interface NewSubscription extends Subscriber {
  /** `both`: to each topic, with one confirmation. */
  readonly topic: Topic | "both";
  /** For a webhook: `whsec_` and 24 to 64 bytes in base 64. Default: the URL's, else a new one. */
  readonly secret?: string;
}

export interface Subscribed {
  /** The first of `subscriptions`. */
  readonly subscription: Subscription;
  /** One for each topic. */
  readonly subscriptions: readonly Subscription[];
  /** The secret that signs the webhook's messages, where it is new; shown this once. */
  readonly secret?: string;
}

interface Options {
  readonly store: NotificationStore;
  readonly newId: () => string;
  readonly seal: Seal;
  readonly senders: Readonly<Record<SubscriptionKind, Pick<Sender, "check">>>;
  readonly now: () => number;
}

/** Who is told: addresses subscribe, confirm, and leave. */
export function createSubscriptions({ store, newId, seal, senders, now }: Options) {
  const { open, sealFor, secretsFor, replaceSecret } = createSubscriptionSecrets(store, seal);
  return {
    /**
     * Subscribes an address to a topic or to both. It has to confirm before it is told anything. A topic
     * that it has already stays as it is; it is asked again where it has not confirmed.
     * @throws MediaError `invalid_argument`, `unsafe_address`; `invalid_config` without a mail server;
     * `rate_limited` when too many wait to be confirmed, or were asked to just now; `unauthorized`
     * when the key that subscribes no longer counts
     */
    async subscribe(wanted: NewSubscription): Promise<Subscribed> {
      const { topic, secret: given, ...rest } = wanted;
      checkSecret(rest.kind, given);
      const subscriber = { ...rest, address: senders[rest.kind].check(rest.address) };
      const { all, isFresh } = await secretsFor(subscriber, given);
      const rows = (topic === "both" ? topics : [topic]).map((one) => ({
        topic: one,
        ...sealFor(newId(), rest.kind, all),
      }));
      const found = await store.subscribe(subscriber, rows);
      const [subscription] = found;
      if (subscription === undefined) throw new Error("nothing was subscribed");
      const isKept = isFresh && found.some(({ id }, index) => id === rows[index]?.id);
      const secret = isKept && rest.kind === "webhook" ? all[0]?.secret : undefined;
      return { subscription, subscriptions: found, ...(secret !== undefined && { secret }) };
    },

    /** Confirms what a token was sent for. @throws MediaError `invalid_token` */
    confirm: (token: string): Promise<readonly Subscription[]> =>
      store.confirm(secrets.hashOf(token.trim())),

    /** What a token would confirm; changes nothing. @throws MediaError `invalid_token` */
    awaiting: (token: string): Promise<readonly Subscription[]> =>
      store.awaiting(secrets.hashOf(token.trim())),

    /** Ends a subscription by the code of its messages' link. @throws MediaError `not_found` */
    async unsubscribe(token: string): Promise<Subscription> {
      const text = token.trim();
      const [id = ""] = text.split(".");
      const stored = await store.subscription(id).catch(() => undefined);
      const all = (stored && open(stored)) ?? [];
      const isKnown = stored?.leaveHash === secrets.hashOf(text);
      if (!isKnown && !all.some(({ secret }) => secrets.isUnsubscribeToken(text, id, secret)))
        throw new MediaError("not_found", "there is no subscription with this token");
      return store.end(id, "unsubscribed");
    },

    /** Ends a subscription by its id. @throws MediaError `not_found` */
    async remove(id: string, owned?: OwnedBy): Promise<Subscription> {
      await store.subscription(id, owned);
      return store.end(id, "removed");
    },

    /**
     * A new signing secret for a webhook's URL, whatever topics it has; the old one signs beside it for
     * a day, if it can be opened. @throws MediaError `not_found`, `invalid_argument`
     */
    async rotate(id: string, owned?: OwnedBy): Promise<Subscribed & { secret: string }> {
      const stored = await store.subscription(id, owned);
      const { subscription } = stored;
      if (subscription.kind !== "webhook")
        throw new MediaError("invalid_argument", "only a webhook has a signing secret");
      const { secret, subscriptions } = await replaceSecret(stored, now());
      return { subscription, subscriptions, secret };
    },

    subscriptions: (filter?: OwnedBy & { readonly removed?: boolean }) =>
      store.subscriptions(filter),

    /** Adds a test message for a confirmed subscription. Returns its id. @throws MediaError `not_found`, `invalid_argument` */
    async test(id: string, owned?: OwnedBy): Promise<string> {
      await store.subscription(id, owned);
      return store.test(id);
    },
  };
}
