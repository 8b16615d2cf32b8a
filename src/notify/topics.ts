import { randomUUID } from "node:crypto";
import type { Seal } from "../access/seal.ts";
import { MediaError } from "../media/errors.ts";
import type { TopicArn } from "../media/notice.ts";
import type { Sender, Subscription, SubscriptionKind } from "./notice.ts";
import * as secrets from "./secrets.ts";
import { snsMessageId } from "./sns-body.ts";
import type { NotificationStore, Subscriber } from "./store.ts";
import { createSubscriptionSecrets } from "./subscription-secrets.ts";
import type { TopicStore } from "./topic-store.ts";

interface Options {
  readonly store: NotificationStore;
  readonly topics: TopicStore;
  readonly seal: Seal;
  readonly senders: Readonly<Record<SubscriptionKind, Pick<Sender, "check">>>;
}

/** An address that is to get the messages of a client's topic. */
export interface TopicSubscriber extends Subscriber {
  readonly kind: "email" | "sns";
  readonly topic: TopicArn;
}

/** Topics of clients: they are made, subscribed to, and published to. */
export function createTopics({ store, topics, seal, senders }: Options) {
  const { sealFor, secretsFor } = createSubscriptionSecrets(store, seal);
  return {
    createTopic: (topic: Parameters<TopicStore["createTopic"]>[0]) => topics.createTopic(topic),
    topic: (arn: TopicArn) => topics.topic(arn),
    topics: (page: Parameters<TopicStore["topics"]>[0]) => topics.topics(page),
    deleteTopic: (arn: TopicArn) => topics.deleteTopic(arn),
    topicSubscriptions: (page: Parameters<TopicStore["topicSubscriptions"]>[0]) =>
      topics.topicSubscriptions(page),
    certificate: (id: string) => topics.certificate(id),

    /**
     * Subscribes an address, which has to confirm before it gets anything.
     * @throws MediaError `not_found` when there is no such topic of the subscriber's owner; `invalid_argument`,
     * `unsafe_address`, `invalid_config`, `rate_limited`, `unauthorized` as for other subscriptions
     */
    async subscribeToTopic({ topic, ...subscriber }: TopicSubscriber): Promise<Subscription> {
      const address = senders[subscriber.kind].check(subscriber.address);
      if ((await topics.topic(topic))?.owner !== subscriber.owner)
        throw new MediaError("not_found", "Topic does not exist");
      const wanted = { ...subscriber, address };
      const { all } = await secretsFor(wanted, undefined);
      // its ARN ends it without a signature, so nobody can guess the id
      const row = { topic, ...sealFor(randomUUID(), subscriber.kind, all) };
      const [subscription] = await store.subscribe(wanted, [row]);
      if (subscription === undefined) throw new Error("nothing was subscribed");
      return subscription;
    },

    /** The subscription that a token would confirm, if it is one to this topic. @throws MediaError `invalid_token` */
    async confirmTopic(topic: TopicArn, token: string): Promise<Subscription> {
      const hash = secrets.hashOf(token.trim());
      const awaiting = await store.awaiting(hash);
      if (awaiting.some((one) => one.topic !== topic))
        throw new MediaError("invalid_token", "the token is for another topic");
      const [confirmed] = await store.confirm(hash);
      if (confirmed === undefined) throw new Error("nothing was confirmed");
      return confirmed;
    },

    /** A subscription to a client's topic, a removed one too. @throws MediaError `not_found` */
    topicSubscription: async (id: string): Promise<Subscription> =>
      (await store.subscription(id)).subscription,

    /** Publishes a message. Returns its id as SNS writes it. @throws MediaError `not_found` */
    publish: async (...given: Parameters<TopicStore["publish"]>): Promise<string> =>
      snsMessageId(await topics.publish(...given)),
  };
}
