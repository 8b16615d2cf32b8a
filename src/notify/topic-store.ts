import type { AnyTopic, Published, TopicArn } from "../media/notice.ts";
import type { Subscription } from "./notice.ts";
import type { OwnedBy } from "./store.ts";

/** How the messages of a topic are signed: over SHA-1 (`1`) or SHA-256 (`2`), as SNS numbers it. */
export type SignatureVersion = "1" | "2";

/** A topic that a client has made. */
export interface ClientTopic {
  readonly arn: TopicArn;
  readonly owner: string;
  /** Kept as the client gave it; may be empty. */
  readonly displayName: string;
  readonly signatureVersion: SignatureVersion;
  /** Milliseconds since 1970, UTC. */
  readonly createdAt: number;
}

/** A key that signs messages, with its private part sealed. */
export interface SigningKeyRow {
  readonly id: string;
  /** PEM. */
  readonly certificate: string;
  readonly sealed: string;
}

/** A page in the order of ids or ARNs. */
export interface TopicPage {
  /** Only what comes after this one. */
  readonly after?: string;
  readonly limit: number;
}

/** Topics of clients, messages published to them, and the keys that sign these. */
export interface TopicStore {
  /**
   * Makes a topic, or returns the one that is there.
   * @throws MediaError `rate_limited` when its owner has too many
   */
  createTopic(topic: Omit<ClientTopic, "createdAt">): Promise<ClientTopic>;
  /** Undefined when there is none. */
  topic(arn: TopicArn): Promise<ClientTopic | undefined>;
  /** An owner's, by ARN. @param startsWith of their ARNs */
  topics(page: TopicPage & { owner: string; startsWith: string }): Promise<readonly ClientTopic[]>;
  /** Removes a topic and ends its subscriptions. Nothing happens when there is none. */
  deleteTopic(arn: TopicArn): Promise<void>;
  /** The living subscriptions to topics whose ARNs begin so, by id. */
  topicSubscriptions(
    page: TopicPage & OwnedBy & { topics: { startsWith: string } | { is: AnyTopic } },
  ): Promise<readonly Subscription[]>;
  /**
   * Puts a message into the outbox, with a delivery for each confirmed subscription. Returns its id.
   * @throws MediaError `not_found` when there is no such topic of the owner's
   */
  publish(topic: { arn: TopicArn; owner: string }, published: Published): Promise<string>;
  /** The one that signs now; undefined when none was made. */
  signingKey(): Promise<SigningKeyRow | undefined>;
  /** Keeps a key, which signs from now on. */
  addSigningKey(row: SigningKeyRow): Promise<void>;
  /** The certificate of a key, also of an older one. */
  certificate(id: string): Promise<string | undefined>;
}
