import type { Caller } from "../../access/access.ts";
import { isTopicArn, type TopicArn } from "../../media/notice.ts";
import { accountOf } from "../account.ts";
import { awsError } from "../errors.ts";

/** The members of all operations' inputs; each operation has some of them, of these types by SNS's model. */
export interface SnsInput {
  readonly Name?: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly Tags?: readonly unknown[];
  readonly DataProtectionPolicy?: string;
  readonly TopicArn?: string;
  readonly SubscriptionArn?: string;
  readonly Protocol?: string;
  readonly Endpoint?: string;
  readonly ReturnSubscriptionArn?: boolean;
  readonly Token?: string;
  readonly AuthenticateOnUnsubscribe?: string;
  readonly NextToken?: string;
  readonly Message?: string;
  readonly Subject?: string;
  readonly MessageStructure?: string;
  readonly MessageAttributes?: Readonly<Record<string, AttributeInput>>;
  readonly TargetArn?: string;
  readonly PhoneNumber?: string;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
}

export interface AttributeInput {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: Uint8Array;
}

export const invalid = (why: string) => awsError("InvalidParameter", `Invalid parameter: ${why}`);

type Text = "Name" | "TopicArn" | "SubscriptionArn" | "Protocol" | "Endpoint" | "Token" | "Message";

/** @throws MediaError (InvalidParameter) where it is missing or empty */
export function required(input: SnsInput, name: Text): string {
  const value = input[name];
  if (value === undefined || value === "")
    throw invalid(`${name} Reason: no value for required parameter`);
  return value;
}

/** Refuses what would be left out without a word. @throws MediaError (InvalidParameter) */
export function refuse(input: SnsInput, ...names: readonly (keyof SnsInput)[]): void {
  for (const name of names)
    if (input[name] !== undefined) throw invalid(`${name} Reason: it is not offered here`);
}

const topicName = /^[A-Za-z0-9_-]{1,256}$/;

/** What the ARNs of an owner's topics in a region begin with. */
export const arnPrefix = (owner: string, region: string): TopicArn =>
  `arn:aws:sns:${region}:${accountOf(owner)}:`;

/** The ARN of an owner's topic. @throws MediaError (InvalidParameter) */
export function arnOf(owner: string, region: string, name: string): TopicArn {
  if (name.endsWith(".fifo")) throw invalid("Topic Name Reason: FIFO topics are not offered here");
  if (!topicName.test(name)) throw invalid("Topic Name");
  return `${arnPrefix(owner, region)}${name}`;
}

/** The account in an ARN, and what follows a topic's name. */
function parts(text: string) {
  const [arn, aws, sns, region = "", account, name = "", ...rest] = text.split(":");
  const isOne = arn === "arn" && aws === "aws" && sns === "sns" && /^[\w-]{1,64}$/.test(region);
  return isOne && topicName.test(name) ? { account, rest } : undefined;
}

/**
 * A topic's ARN. Other accounts' topics are out of reach.
 * @throws MediaError (InvalidParameter, AuthorizationError)
 */
export function topicArn(text: string, { owner }: Pick<Caller, "owner">): TopicArn {
  const found = parts(text);
  if (found === undefined || found.rest.length > 0 || !isTopicArn(text)) throw invalid("TopicArn");
  if (found.account !== accountOf(owner)) throw awsError("AuthorizationError");
  return text;
}

/** A subscription's ARN. @throws MediaError (InvalidParameter) */
export function subscriptionOf(text: string): { readonly topic: string; readonly id: string } {
  const found = parts(text);
  const [id] = found?.rest ?? [];
  if (found?.rest.length !== 1 || id === undefined || !/^[0-9a-f-]{36}$/.test(id))
    throw invalid("SubscriptionArn");
  return { topic: text.slice(0, -id.length - 1), id };
}

const pageSize = 100;

/** One page: where it begins, and how the token of the next one is made. @throws MediaError (InvalidParameter) */
export function page({ NextToken: token }: SnsInput) {
  const after = token === undefined ? "" : Buffer.from(token, "base64url").toString("utf8");
  if (token !== undefined && (after === "" || Buffer.from(after).toString("base64url") !== token))
    throw invalid("NextToken");
  return {
    query: { after, limit: pageSize + 1 },
    /** What is shown of what was found, and the token where there is more. */
    of<T>(found: readonly T[], keyOf: (one: T) => string) {
      const shown = found.slice(0, pageSize);
      const last = shown.at(-1);
      const next = found.length > pageSize && last !== undefined ? keyOf(last) : undefined;
      return {
        shown,
        ...(next !== undefined && { NextToken: Buffer.from(next).toString("base64url") }),
      };
    },
  };
}
