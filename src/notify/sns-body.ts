import type { Published } from "../media/notice.ts";
import type { Outgoing } from "./notice.ts";
import type { SnsSigner } from "./sns-signer.ts";
import type { SignatureVersion } from "./topic-store.ts";

/**
 * Messages in the form of Amazon SNS.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */
type Fields = Readonly<Record<string, string>>;

/** A message's id as SNS writes it: `msg_` and 32 digits become a UUID. */
export function snsMessageId(id: string): string {
  const digits = id.replace(/^msg_/, "");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A link to AWS's protocols. @param endpoint as of `Subscription` */
function link(endpoint: string, query: Readonly<Record<string, string>>): string {
  return `${endpoint}/?${new URLSearchParams(query).toString()}`;
}

/** Where a certificate is fetched from: the end of its address. */
const certificatePath = (id: string): string => `/SimpleNotificationService-${id}.pem`;

/** The fields that are signed, in this order, each by its name. */
const signedFields = {
  Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
  SubscriptionConfirmation: [
    "Message",
    "MessageId",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
  ],
} as const;

/**
 * What SNS signs of a message: names and values, a line each, of the fields that are there.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 */
function textToSign(type: keyof typeof signedFields, fields: Fields): string {
  return signedFields[type]
    .filter((name) => fields[name] !== undefined)
    .map((name) => `${name}\n${fields[name]}\n`)
    .join("");
}

function confirmation(arn: string, token: string, endpoint: string): Fields {
  return {
    Token: token,
    Message: `You have chosen to subscribe to the topic ${arn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
    SubscribeURL: link(endpoint, { Action: "ConfirmSubscription", TopicArn: arn, Token: token }),
  };
}

function notification(published: Published, protocol: string): Fields {
  const { subject, message, byProtocol = {} } = published;
  return {
    ...(subject !== undefined && { Subject: subject }),
    Message: byProtocol[protocol] ?? message,
  };
}

function attributesOf({ attributes = {} }: Published): object {
  const all = Object.entries(attributes).map(
    ([name, { type, value }]) => [name, { Type: type, Value: value }] as const,
  );
  return all.length > 0 ? { MessageAttributes: Object.fromEntries(all) } : {};
}

/** A subscription's ARN. */
export const subscriptionArn = (topic: string, id: string): string => `${topic}:${id}`;

/** The message that `dailies notify test` sends. */
const testMessage: Published = { message: "This is how messages arrive." };

/** A message to a URL, signed: its type, its id, and its body in JSON. */
export function snsBody(
  message: Outgoing,
  signer: SnsSigner,
  version: SignatureVersion,
): { readonly type: string; readonly id: string; readonly body: string } {
  const { token, subscription } = message;
  const { topic, address, endpoint = "" } = subscription;
  const { published = testMessage, at } = message.notification;
  const type = token === undefined ? "Notification" : "SubscriptionConfirmation";
  const id = snsMessageId(message.notification.id);
  const fields: Fields = {
    Type: type,
    MessageId: id,
    TopicArn: topic,
    ...(token === undefined
      ? notification(published, address.startsWith("https:") ? "https" : "http")
      : confirmation(topic, token.text, endpoint)),
    Timestamp: new Date(at).toISOString(),
    SignatureVersion: version,
  };
  const unsubscribe = {
    Action: "Unsubscribe",
    SubscriptionArn: subscriptionArn(topic, subscription.id),
  };
  const body = {
    ...fields,
    Signature: signer.sign(textToSign(type, fields), version),
    SigningCertURL: `${endpoint}${certificatePath(signer.id)}`,
    ...(token === undefined && {
      UnsubscribeURL: link(endpoint, unsubscribe),
      ...attributesOf(published),
    }),
  };
  return { type, id, body: JSON.stringify(body, undefined, 2) };
}
