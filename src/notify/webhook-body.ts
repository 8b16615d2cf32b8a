import { isTopicArn, type NoticeContent } from "../media/notice.ts";
import type { Links } from "./links.ts";
import type { Outgoing } from "./notice.ts";

const types = {
  completed: "media.ready",
  error: "media.failed",
  confirmation: "subscription.confirmation",
  test: "test",
} as const;

/** The body of a webhook and of a line of the log. */
export interface WebhookBody {
  readonly type: (typeof types)[keyof typeof types];
  /** When it happened: ISO 8601, UTC. */
  readonly timestamp: string;
  readonly data: MediaData | SubscriptionData;
}

export interface MediaData extends NoticeContent {
  /** The address of its record. Absent where no public address is set. */
  readonly url?: string;
}

export interface SubscriptionData {
  readonly subscription: string;
  readonly topic: string;
  /** The receiver confirms by answering with it, or by visiting `confirmUrl`, before `expiresAt`. */
  readonly token?: string;
  readonly expiresAt?: string;
  readonly confirmUrl?: string;
}

function subscriptionData({ subscription, token }: Outgoing, links: Links | undefined) {
  const about = { subscription: subscription.id, topic: subscription.topic };
  if (token === undefined) return about;
  const { text, expiresAt } = token;
  const url = links?.confirm(text);
  return {
    ...about,
    token: text,
    expiresAt: new Date(expiresAt).toISOString(),
    ...(url !== undefined && { confirmUrl: url }),
  };
}

export function webhookBody(message: Outgoing, links: Links | undefined): WebhookBody {
  const { topic, at, content } = message.notification;
  // only e-mail and SNS's own form are subscribed to clients' topics
  if (isTopicArn(topic)) throw new Error(`a webhook is told of ${topic}`);
  const envelope = { type: types[topic], timestamp: new Date(at).toISOString() };
  if (content === undefined) return { ...envelope, data: subscriptionData(message, links) };
  const url = links?.media(content.name);
  return { ...envelope, data: { ...content, ...(url !== undefined && { url }) } };
}
