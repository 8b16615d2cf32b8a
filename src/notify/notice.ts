import type { AnyTopic, NoticeContent, Published } from "../media/notice.ts";

/*
 * Words. A *notification* is a message out: a media file is done or has failed, a client has published
 * it, a subscription is to be confirmed, or a test. A *subscription* is an address that gets the messages of a topic. A
 * *delivery* is one notification on its way to one subscription. A *sender* takes it there.
 * A *dead letter* is a delivery that was given up.
 */

/** `sns`: a URL that gets its messages in the form of Amazon SNS. Only clients' topics have it. */
export const subscriptionKinds = ["email", "webhook", "log", "sns"] as const;
export type SubscriptionKind = (typeof subscriptionKinds)[number];

export interface Subscription {
  readonly id: string;
  readonly topic: AnyTopic;
  readonly kind: SubscriptionKind;
  /** An e-mail address; an http(s) URL; `stderr` or a file's absolute path. */
  readonly address: string;
  /** The user whose media files it is told of; `*`: everybody's. */
  readonly owner: string;
  /** The access key that made it: the subscription ends with the key. Absent: it was made without one. */
  readonly madeWith?: string;
  /** Where its receiver reaches AWS's protocols, for the links in messages of SNS's form. */
  readonly endpoint?: string;
  /** Only a confirmed one is told of media files. A removed one is kept to say why. */
  readonly state: "pending" | "confirmed" | "removed";
  readonly createdAt: number;
  readonly confirmedAt?: number;
  readonly removedAt?: number;
  /** Why it was removed. */
  readonly reason?: string;
}

export type NotificationTopic = AnyTopic | "confirmation" | "test";

export interface Notification {
  /** Rises without repeating. */
  readonly sequence: number;
  /** Stays the same however often it is sent: receivers tell repetitions by it. */
  readonly id: string;
  readonly at: number;
  readonly topic: NotificationTopic;
  readonly owner: string;
  /** About a media file. */
  readonly content?: NoticeContent;
  /** What a client has published. Both are absent where it is about a subscription. */
  readonly published?: Published;
}

export interface Delivery {
  readonly notification: string;
  readonly subscription: string;
  readonly topic: NotificationTopic;
  /** The media file it tells of. */
  readonly name?: string;
  readonly kind: SubscriptionKind;
  readonly address: string;
  /** `dead`: given up; `replay` tries again. */
  readonly state: "waiting" | "sending" | "delivered" | "dead";
  readonly attempts: number;
  /** When it is tried next, while it waits. */
  readonly nextAt?: number;
  readonly endedAt?: number;
  readonly lastError?: string;
}

/** A message as a sender gets it. */
export interface Outgoing {
  readonly notification: Notification;
  readonly subscription: Subscription;
  /** The secrets that sign the subscription's messages, newest first. */
  readonly secrets: readonly string[];
  /** Why there are no secrets, where they cannot be opened. */
  readonly withoutSecrets?: string;
  /** Proves that a confirmation was received, and what it confirms; only there for a confirmation. */
  readonly token?: {
    readonly text: string;
    readonly expiresAt: number;
    readonly topics: readonly AnyTopic[];
  };
}

/** How a sending ended. */
export type Sent =
  /** `confirmed`: the receiver gave the token back in its answer. */
  | { readonly state: "delivered"; readonly confirmed?: boolean }
  /** To be tried again, not before `retryAfterMs` where the receiver asked for it. */
  | { readonly state: "failed"; readonly error: string; readonly retryAfterMs?: number }
  /** Trying again would not help. */
  | { readonly state: "refused"; readonly error: string }
  /** The receiver wants no more messages: the subscription ends. */
  | { readonly state: "gone"; readonly error: string };

/** Takes messages to addresses of one kind. Does not throw for what the other side does. */
export interface Sender {
  /** The address in its normal form. @throws MediaError `invalid_argument`, `unsafe_address` */
  check(address: string): string;
  send(message: Outgoing, signal: AbortSignal): Promise<Sent>;
}
