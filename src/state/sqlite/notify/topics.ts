import type { DatabaseSync } from "node:sqlite";
import { MediaError } from "../../../media/errors.ts";
import type { TopicArn } from "../../../media/notice.ts";
import type { ClientTopic, TopicStore } from "../../../notify/topic-store.ts";
import { transaction } from "../open.ts";
import { statements, type Row, type Sql } from "../statements.ts";
import { endSubscription, keyCounts } from "./end-subscriptions.ts";
import { recordPublished } from "./messages.ts";
import { subscriptionOf } from "./rows.ts";

/** Topics of one owner. */
const mostTopics = 10_000;

function topicOf(row: Row): ClientTopic {
  return {
    arn: String(row["arn"]) as TopicArn,
    owner: String(row["owner"]),
    displayName: String(row["display_name"]),
    signatureVersion: row["signature_version"] === "2" ? "2" : "1",
    createdAt: Number(row["created_at"]),
  };
}

function find(sql: Sql, arn: TopicArn): ClientTopic | undefined {
  const row = sql("SELECT * FROM topics WHERE arn = ?").get(arn);
  return row && topicOf(row);
}

function create(sql: Sql, topic: Omit<ClientTopic, "createdAt">, now: number): ClientTopic {
  const { arn, owner, displayName, signatureVersion } = topic;
  const there = find(sql, arn);
  if (there !== undefined) return there;
  const counted = sql("SELECT count(*) AS n FROM topics WHERE owner = ?").get(owner);
  if (Number(counted?.["n"]) >= mostTopics)
    throw new MediaError("rate_limited", `there are ${mostTopics} topics already`);
  sql(
    `INSERT INTO topics (arn, owner, display_name, signature_version, created_at)
     VALUES (?, ?, ?, ?, ?)`,
  ).run(arn, owner, displayName, signatureVersion, now);
  return { ...topic, createdAt: now };
}

function remove(sql: Sql, arn: TopicArn, now: number): void {
  const found = sql("SELECT id FROM subscriptions WHERE topic = ? AND state <> 'removed'");
  for (const { id } of found.all(arn))
    endSubscription(sql, String(id), "its topic was deleted", now);
  sql("DELETE FROM topics WHERE arn = ?").run(arn);
}

const notFound = () => new MediaError("not_found", "Topic does not exist");

/** The text after every text that begins so: ARNs are ASCII. */
const after = (prefix: string): string => `${prefix}\x7f`;

/** Topics of clients in the library's database. */
export function createSqliteTopicStore(options: {
  readonly database: DatabaseSync;
  /** Default: the clock. */
  readonly now?: () => number;
}): TopicStore {
  const { database, now = Date.now } = options;
  const sql = statements(database);
  const write = <T>(work: (at: number) => T) => transaction(database, () => work(now()));
  return {
    createTopic: (topic) => write((at) => create(sql, topic, at)),
    topic: async (arn) => find(sql, arn),
    async topics({ owner, startsWith, after: last = "", limit }) {
      return sql(
        `SELECT * FROM topics WHERE owner = ? AND arn >= ? AND arn < ? AND arn > ?
         ORDER BY arn LIMIT ?`,
      )
        .all(owner, startsWith, after(startsWith), last, limit)
        .map(topicOf);
    },
    deleteTopic: (arn) => write((at) => remove(sql, arn, at)),
    async topicSubscriptions({ owner, topics, after: last = "", limit }) {
      const [from, to] =
        "is" in topics
          ? [topics.is, `${topics.is}\0`]
          : [topics.startsWith, after(topics.startsWith)];
      return sql(
        `SELECT * FROM subscriptions
         WHERE (?2 IS NULL OR owner = ?2) AND topic >= ?3 AND topic < ?4 AND id > ?5
           AND state <> 'removed' AND ${keyCounts} ORDER BY id LIMIT ?6`,
      )
        .all(now(), owner ?? null, from, to, last, limit)
        .map(subscriptionOf);
    },
    publish: (topic, published) =>
      write((at) => {
        if (find(sql, topic.arn)?.owner !== topic.owner) throw notFound();
        return recordPublished(sql, topic, published, at);
      }),
    async signingKey() {
      const row = sql("SELECT * FROM signing_keys ORDER BY created_at DESC, id LIMIT 1").get();
      if (row === undefined) return undefined;
      const [id, certificate, sealed] = [row["id"], row["certificate"], row["sealed"]].map(String);
      return { id: id ?? "", certificate: certificate ?? "", sealed: sealed ?? "" };
    },
    addSigningKey: ({ id, certificate, sealed }) =>
      write((at) => {
        sql(
          "INSERT INTO signing_keys (id, certificate, sealed, created_at) VALUES (?, ?, ?, ?)",
        ).run(id, certificate, sealed, at);
      }),
    async certificate(id) {
      const row = sql("SELECT certificate FROM signing_keys WHERE id = ?").get(id);
      return row && String(row["certificate"]);
    },
  };
}
