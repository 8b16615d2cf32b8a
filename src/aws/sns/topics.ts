import type { ClientTopic } from "../../notify/topic-store.ts";
import { arnOf, arnPrefix, invalid, page, refuse, required, topicArn } from "./input.ts";
import { publishedOf } from "./publish.ts";
import type { SnsOperation } from "./operation.ts";

type Attributes = Partial<Pick<ClientTopic, "displayName" | "signatureVersion">>;

/** One attribute that a client sets. @throws MediaError (InvalidParameter) */
function attributeOf(name: string, value: string): Attributes {
  if (name === "DisplayName" && value.length <= 100) return { displayName: value };
  if (name === "SignatureVersion" && (value === "1" || value === "2"))
    return { signatureVersion: value };
  throw invalid(`Attributes Reason: ${name} cannot be set to this here`);
}

/** Topics themselves. */
export const topicOperations = {
  CreateTopic: {
    scope: "write",
    async run({ notices }, { input, caller: { owner }, region }) {
      refuse(input, "Tags", "DataProtectionPolicy");
      const arn = arnOf(owner, region, required(input, "Name"));
      const wanted: Attributes = Object.assign(
        {},
        ...Object.entries(input.Attributes ?? {}).map((one) => attributeOf(...one)),
      );
      const topic = { arn, owner, displayName: "", signatureVersion: "1" as const, ...wanted };
      const made = await notices.createTopic(topic);
      const differs = (["displayName", "signatureVersion"] as const).some(
        (name) => wanted[name] !== undefined && wanted[name] !== made[name],
      );
      if (differs)
        throw invalid("Attributes Reason: Topic already exists with different attributes");
      return { TopicArn: arn };
    },
  },
  DeleteTopic: {
    scope: "write",
    async run({ notices }, { input, caller }) {
      await notices.deleteTopic(topicArn(required(input, "TopicArn"), caller));
      return {};
    },
  },
  ListTopics: {
    scope: "read",
    async run({ notices }, { input, caller: { owner }, region }) {
      const asked = page(input);
      const found = await notices.topics({
        owner,
        startsWith: arnPrefix(owner, region),
        ...asked.query,
      });
      const { shown, ...next } = asked.of(found, ({ arn }) => arn);
      return { Topics: { member: shown.map(({ arn }) => ({ TopicArn: arn })) }, ...next };
    },
  },
  Publish: {
    scope: "write",
    async run({ notices }, { input, caller }) {
      const published = publishedOf(input);
      const arn = topicArn(required(input, "TopicArn"), caller);
      return { MessageId: await notices.publish({ arn, owner: caller.owner }, published) };
    },
  },
} satisfies Readonly<Record<string, SnsOperation>>;
