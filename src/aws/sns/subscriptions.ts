import type { Caller } from "../../access/access.ts";
import type { Subscription } from "../../notify/notice.ts";
import { accountOf } from "../account.ts";
import { awsError } from "../errors.ts";
import {
  arnPrefix,
  invalid,
  page,
  refuse,
  required,
  subscriptionOf,
  topicArn,
  type SnsInput,
} from "./input.ts";
import type { SnsOperation, SnsParts } from "./operation.ts";

export const subscriptionArn = ({ topic, id }: Pick<Subscription, "topic" | "id">): string =>
  `${topic}:${id}`;

const protocolOf = ({ kind, address }: Subscription): string =>
  kind === "email" ? "email" : address.startsWith("https:") ? "https" : "http";

const shownSubscription = (one: Subscription) => ({
  SubscriptionArn: one.state === "pending" ? "PendingConfirmation" : subscriptionArn(one),
  Owner: accountOf(one.owner),
  Protocol: protocolOf(one),
  Endpoint: one.address,
  TopicArn: one.topic,
});

/** How an address is reached. @throws MediaError (InvalidParameter) */
function receiverOf(input: SnsInput): { readonly kind: "email" | "sns"; readonly address: string } {
  const protocol = required(input, "Protocol");
  const address = required(input, "Endpoint");
  if (protocol === "email") return { kind: "email", address };
  if (protocol !== "http" && protocol !== "https")
    throw invalid(`Protocol Reason: ${protocol} is not offered here: email, http and https are`);
  if (!address.toLowerCase().startsWith(`${protocol}://`))
    throw invalid("Endpoint Reason: Endpoint must match the specified protocol");
  return { kind: "sns", address };
}

/** A list of subscriptions, a page at a time. */
async function listed(
  { notices }: SnsParts,
  input: SnsInput,
  { owner }: Caller,
  topics: Parameters<SnsParts["notices"]["topicSubscriptions"]>[0]["topics"],
) {
  const asked = page(input);
  const found = await notices.topicSubscriptions({ owner, topics, ...asked.query });
  const { shown, ...next } = asked.of(found, ({ id }) => id);
  return { Subscriptions: { member: shown.map(shownSubscription) }, ...next };
}

/** Confirms a subscription by its token, which stands for a signature. @throws MediaError (InvalidParameter) */
export async function confirmed({ notices }: SnsParts, input: SnsInput) {
  const text = required(input, "TopicArn");
  const token = required(input, "Token");
  refuse(input, "AuthenticateOnUnsubscribe");
  const done = await notices.confirmTopic(text as `arn:aws:sns:${string}`, token);
  return { SubscriptionArn: subscriptionArn(done) };
}

/** Ends a subscription by its ARN, which only its owner and its receiver know. @throws MediaError (NotFound) */
export async function unsubscribed({ notices }: SnsParts, input: SnsInput, owner?: string) {
  const { topic, id } = subscriptionOf(required(input, "SubscriptionArn"));
  const found = await notices.topicSubscription(id);
  if (found.topic !== topic) throw awsError("NotFound", "Subscription does not exist");
  if (owner !== undefined && found.owner !== owner) throw awsError("AuthorizationError");
  if (found.state !== "removed") await notices.remove(id);
  return {};
}

/** Who gets the messages of topics. */
export const subscriptionOperations = {
  Subscribe: {
    scope: "write",
    async run(parts, { input, caller, request }) {
      // a subscriber is told what the key might not read
      if (!caller.scopes.includes("read")) throw awsError("AuthorizationError");
      refuse(input, "Attributes");
      const topic = topicArn(required(input, "TopicArn"), caller);
      const { accessKeyId, owner } = caller;
      const made = await parts.notices.subscribeToTopic({
        topic,
        owner,
        ...receiverOf(input),
        endpoint: parts.endpointOf(request),
        ...(accessKeyId !== undefined && { madeWith: accessKeyId }),
      });
      const isShown = made.state !== "pending" || input.ReturnSubscriptionArn === true;
      return { SubscriptionArn: isShown ? subscriptionArn(made) : "pending confirmation" };
    },
  },
  ConfirmSubscription: { scope: "write", run: (parts, { input }) => confirmed(parts, input) },
  Unsubscribe: {
    scope: "write",
    run: (parts, { input, caller }) => unsubscribed(parts, input, caller.owner),
  },
  ListSubscriptions: {
    scope: "read",
    run: (parts, { input, caller, region }) =>
      listed(parts, input, caller, { startsWith: arnPrefix(caller.owner, region) }),
  },
  ListSubscriptionsByTopic: {
    scope: "read",
    async run(parts, { input, caller }) {
      const is = topicArn(required(input, "TopicArn"), caller);
      if ((await parts.notices.topic(is)) === undefined)
        throw awsError("NotFound", "Topic does not exist");
      return listed(parts, input, caller, { is });
    },
  },
} satisfies Readonly<Record<string, SnsOperation>>;
