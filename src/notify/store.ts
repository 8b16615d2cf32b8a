import type { AnyTopic } from "../media/notice.ts";
import type { Delivery, Notification, Subscription, SubscriptionKind } from "./notice.ts";
import type { DeliveryEnd } from "./schedule.ts";

/** Only what this user may see. Absent: everything. */
export interface OwnedBy {
  readonly owner?: string;
}

/** An address, and for whom it is subscribed. Subscriptions that agree in all of it share one secret. */
export interface Subscriber {
  readonly kind: SubscriptionKind;
  /** In its normal form. */
  readonly address: string;
  readonly owner: string;
  /** The access key that subscribes; the subscriptions end with it. */
  readonly madeWith?: string;
  /** As of `Subscription`. */
  readonly endpoint?: string;
}

/** A subscription that is to be, with its secret sealed to its id. */
export interface SubscriptionRow {
  readonly id: string;
  readonly topic: AnyTopic;
  readonly sealed: string;
  /** Hash of the code that ends it by a link; only for an e-mail address. */
  readonly leaveHash?: string;
}

/** A subscription with what is kept of its secret. */
export interface StoredSubscription {
  readonly subscription: Subscription;
  readonly sealed: string;
  readonly leaveHash?: string;
}

export interface NotificationFilter extends OwnedBy {
  /** Of one media file. */
  readonly name?: string;
  /** Before this sequence number: newest come first. */
  readonly before?: number;
  /** Default: 100. */
  readonly limit?: number;
}

export interface DeliveryFilter extends OwnedBy {
  readonly state?: Delivery["state"];
  readonly notification?: string;
  readonly subscription?: string;
  /** Default: 100. */
  readonly limit?: number;
}

/** What to deliver once more: one message, every dead letter, or every message since a time. */
export type ReplayRequest = OwnedBy &
  ({ readonly id: string } | { readonly dead: true } | { readonly since: number });

/** A delivery that this process sends now. `finish` or `handBack` ends it. */
export interface ClaimedDelivery extends StoredSubscription {
  /** Names this sending alone. */
  readonly claim: string;
  /** How often it was tried, this time included. */
  readonly attempts: number;
  readonly notification: Notification;
}

export interface PruneLimits {
  /** Delivered messages, unconfirmed and removed subscriptions from before are forgotten. */
  readonly before: number;
  /** Dead letters that were given up before are forgotten. */
  readonly deadBefore: number;
}

/**
 * Subscriptions, messages and their deliveries. Messages about media files come in by the catalog: the
 * write that ends a run adds the message and its deliveries in the same transaction. Every
 * implementation runs the contract in store.contract.ts. Times are milliseconds since 1970, UTC.
 */
export interface NotificationStore {
  /**
   * Subscribes an address to the topics of `rows`. A topic that it has already stays as it is. What is
   * new waits for one confirmation, except a log, which is the operator's own. An address that is there
   * and has not confirmed is asked again. Returns the subscriptions, in the order of `rows`.
   * @throws MediaError `rate_limited` when it, its owner or its receiver is asked too often;
   * `unauthorized` when the key of `madeWith` no longer counts
   */
  subscribe(
    subscriber: Subscriber,
    rows: readonly SubscriptionRow[],
  ): Promise<readonly Subscription[]>;
  /**
   * Keeps a confirmation's token, by its hash, for all pending subscriptions of the same subscriber.
   * Returns their topics. A client's topic is confirmed alone. Tokens from before still count.
   */
  addToken(id: string, token: { hash: string; expiresAt: number }): Promise<readonly AnyTopic[]>;
  /** What a token would confirm; changes nothing. @throws MediaError `invalid_token` */
  awaiting(tokenHash: string): Promise<readonly Subscription[]>;
  /** Confirms what the token was sent for. @throws MediaError `invalid_token` */
  confirm(tokenHash: string): Promise<readonly Subscription[]>;
  /** By its id, removed ones too. @throws MediaError `not_found` */
  subscription(id: string, owned?: OwnedBy): Promise<StoredSubscription>;
  /** The living subscriptions of a subscriber. */
  subscriptionsOf(subscriber: Subscriber): Promise<readonly StoredSubscription[]>;
  /** The living ones, oldest first; with `removed`, removed ones too. At most 10,000. */
  subscriptions(
    filter?: OwnedBy & { readonly removed?: boolean },
  ): Promise<readonly Subscription[]>;
  /** Puts other sealed secrets in place. */
  seal(secrets: readonly Pick<SubscriptionRow, "id" | "sealed" | "leaveHash">[]): Promise<void>;
  /** Ends a subscription; what waits for it is dropped. */
  end(id: string, reason: string): Promise<Subscription>;
  /** Adds a test message to a confirmed subscription. Returns its id. @throws MediaError `invalid_argument` */
  test(id: string): Promise<string>;

  /** Newest first. */
  notifications(filter?: NotificationFilter): Promise<readonly Notification[]>;
  /** @throws MediaError `not_found` */
  notification(id: string, owned?: OwnedBy): Promise<Notification>;
  /** Newest messages first. */
  deliveries(filter?: DeliveryFilter): Promise<readonly Delivery[]>;
  /** How many deliveries are in each state. */
  counts(): Promise<Readonly<Partial<Record<Delivery["state"], number>>>>;
  /**
   * Delivers messages once more, under the same ids: a dead letter to where it was to go, others to
   * everybody who is subscribed now. An owner's request is for that owner's messages and subscriptions.
   * Returns how many deliveries wait again.
   * @throws MediaError `not_found` for an unknown id
   */
  replay(request: ReplayRequest): Promise<number>;
  /** Forgets what is old. The last message about a version that exists stays. */
  prune(limits: PruneLimits): Promise<void>;

  /**
   * Takes at most `limit` due deliveries, at most one for each subscription and none for one that is
   * being sent to, longest due first. Takes over what a process that is gone was sending.
   * @param only of this subscription. Default: of all.
   */
  claim(limit: number, only?: string): Promise<readonly ClaimedDelivery[]>;
  /** When there will be something to claim: now or in the past when there is; undefined when nothing waits. */
  nextDueAt(): Promise<number | undefined>;
  /** Records how a sending ended. A claim that was lost changes nothing. */
  finish(claim: string, end: DeliveryEnd): Promise<void>;
  /** Gives a sending back that was not tried to its end. */
  handBack(claim: string): Promise<void>;
  /**
   * Calls `listener` soon after a commit of this process has added deliveries or changed when they are
   * due, until the returned function is called. Commits of other processes are not heard.
   */
  onDeliveries(listener: () => void): () => void;
}
