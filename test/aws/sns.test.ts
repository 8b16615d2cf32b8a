import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTopicsCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from "@aws-sdk/client-sns";
import { generateKeyPairSync } from "node:crypto";
import { createServer, globalAgent, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import MessageValidator from "sns-validator";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { selfSigned } from "../../src/notify/certificate.ts";
import {
  openMailServer,
  openReceiver,
  type MailServer,
  type Received,
  type Receiver,
} from "../../src/notify/receivers.fixture.ts";
import { startAws, type TestAws } from "../support/aws.ts";
import { clientEnv, describeWithBoto, run } from "../support/aws-clients.ts";

let aws: TestAws;
let mail: MailServer;
/** TLS before the service, as published verifiers ask for: it passes certificates on. */
let proxy: Server;
let sns: SNSClient;
let receiver: Receiver;

const clientOf = ({ accessKeyId, secretAccessKey }: TestAws["key"]) =>
  new SNSClient({
    endpoint: aws.endpoint,
    region: "eu-west-1",
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey },
  });

async function startProxy(): Promise<number> {
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const cert = selfSigned("127.0.0.1", keys, Date.now());
  const key = keys.privateKey.export({ type: "pkcs8", format: "pem" });
  Object.assign(globalAgent.options, { ca: cert, checkServerIdentity: () => undefined });
  proxy = createServer({ key, cert }, async (request, response) => {
    const answer = await fetch(`${aws.endpoint}${request.url}`);
    response.writeHead(answer.status).end(await answer.text());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return (proxy.address() as AddressInfo).port;
}

beforeAll(async () => {
  mail = await openMailServer();
  const port = await startProxy();
  aws = await startAws(
    { url: `https://127.0.0.1:${port}` },
    {
      webhooks: { allowPrivate: true },
      smtp: { host: "127.0.0.1", port: mail.port, secure: false, from: "d@example.org" },
    },
  );
  sns = clientOf(aws.key);
  receiver = await openReceiver((_request, response) => response.end());
});
afterEach(() => void (receiver.requests.length = 0));
afterAll(async () => {
  sns.destroy();
  await Promise.all([receiver.close(), mail.close(), aws.close()]);
  proxy.close();
});

async function arrived(count: number, timeout = 8_000): Promise<readonly Received[]> {
  await expect.poll(() => receiver.requests, { timeout }).toHaveLength(count);
  return receiver.requests;
}

/** What a published verifier of SNS's signatures makes of a message: it throws when it does not hold. */
const verified = (body: string): Promise<Record<string, string>> => {
  const validator = new MessageValidator(/^127\.0\.0\.1:\d+$/);
  return new Promise((resolve, reject) =>
    validator.validate(body, (error, message) =>
      error ? reject(error) : resolve(message as Record<string, string>),
    ),
  );
};

/** A topic with a URL that has confirmed, by visiting the link that it was sent. */
async function subscribed(Name: string, version = "1") {
  const Attributes = { SignatureVersion: version };
  const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name, Attributes }));
  const wanted = { TopicArn, Protocol: "http", Endpoint: receiver.url };
  const asked = await sns.send(new SubscribeCommand(wanted));
  expect(asked.SubscriptionArn).toBe("pending confirmation");
  const [request] = await arrived(1);
  expect(request?.headers).toMatchObject({
    "x-amz-sns-message-type": "SubscriptionConfirmation",
    "x-amz-sns-topic-arn": TopicArn,
    "content-type": "text/plain; charset=UTF-8",
  });
  const message = await verified(request?.body ?? "");
  expect(message).toMatchObject({ Type: "SubscriptionConfirmation", SignatureVersion: version });
  const visit = new URL(message["SubscribeURL"] ?? "");
  const answer = await fetch(`${aws.endpoint}${visit.pathname}${visit.search}`);
  const [, arn = ""] = /<SubscriptionArn>(.*)<\/SubscriptionArn>/.exec(await answer.text()) ?? [];
  expect(arn.startsWith(`${TopicArn}:`)).toBe(true);
  receiver.requests.length = 0;
  return { TopicArn, SubscriptionArn: arn };
}

describe("a topic", () => {
  it.each(["1", "2"])("tells a URL that has confirmed, signed by version %s", async (version) => {
    const { TopicArn, SubscriptionArn } = await subscribed(`told-${version}`, version);
    const list = new ListSubscriptionsByTopicCommand({ TopicArn });
    expect((await sns.send(list)).Subscriptions).toEqual([
      expect.objectContaining({ SubscriptionArn, Protocol: "http", Endpoint: receiver.url }),
    ]);
    const MessageAttributes = { n: { DataType: "Number", StringValue: "7" } };
    const Message = 'It is "done" & <über>\n';
    const { MessageId } = await sns.send(
      new PublishCommand({ TopicArn, Subject: "Done", Message, MessageAttributes }),
    );
    const [request] = await arrived(1);
    expect(request?.headers).toMatchObject({
      "x-amz-sns-message-type": "Notification",
      "x-amz-sns-message-id": MessageId,
      "x-amz-sns-subscription-arn": SubscriptionArn,
    });
    const message = await verified(request?.body ?? "");
    expect(message).toMatchObject({
      Type: "Notification",
      MessageId,
      TopicArn,
      Subject: "Done",
      Message,
      MessageAttributes: { n: { Type: "Number", Value: "7" } },
    });
    const changed = JSON.stringify({ ...message, Message: "It is not" });
    await expect(verified(changed)).rejects.toThrow(/signature/i);

    // the link in the message ends it without a key
    const link = new URL(message["UnsubscribeURL"] ?? "");
    expect((await fetch(`${aws.endpoint}${link.pathname}${link.search}`)).status).toBe(200);
    expect((await sns.send(list)).Subscriptions).toEqual([]);
  });

  it("delivers again what a receiver did not take, under the same id", async () => {
    const { TopicArn } = await subscribed("again");
    receiver.answer = (_request, response, seen) => {
      response.statusCode = seen === 1 ? 503 : 200;
      if (seen === 1) response.setHeader("retry-after", "0");
      response.end();
    };
    await sns.send(new PublishCommand({ TopicArn, Message: "once" }));
    const [first, second] = await arrived(2, 15_000);
    expect(second?.headers["x-amz-sns-message-id"]).toBe(first?.headers["x-amz-sns-message-id"]);
    receiver.answer = (_request, response) => response.end();
    await sns.send(new DeleteTopicCommand({ TopicArn }));
    const all = await sns.send(new ListSubscriptionsCommand({}));
    expect(all.Subscriptions?.filter((one) => one.TopicArn === TopicArn)).toEqual([]);
  }, 20_000);

  it("tells a mailbox what is for mailboxes, after the token of its mail confirmed this topic alone", async () => {
    const topics = await Promise.all(
      ["one", "two"].map((Name) => sns.send(new CreateTopicCommand({ Name }))),
    );
    const [TopicArn = "", other = ""] = topics.map((one) => one.TopicArn ?? "");
    const Endpoint = "ada@example.org";
    for (const arn of [TopicArn, other])
      await sns.send(new SubscribeCommand({ TopicArn: arn, Protocol: "email", Endpoint }));
    await expect.poll(() => mail.mails, { timeout: 8_000 }).toHaveLength(2);
    const asked = mail.mails.find(({ mail: { text = "" } }) => text.includes(TopicArn));
    const [, Token] = /dailies notify confirm (\S+)/.exec(asked?.mail.text ?? "") ?? [];
    const wrong = new ConfirmSubscriptionCommand({ TopicArn: other, Token });
    await expect(sns.send(wrong)).rejects.toMatchObject({ name: "InvalidParameterException" });
    await sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token }));
    const { Subscriptions = [] } = await sns.send(new ListSubscriptionsCommand({}));
    expect(
      Subscriptions.filter((one) => one.Endpoint === Endpoint).map((one) => [
        one.TopicArn,
        one.SubscriptionArn === "PendingConfirmation",
      ]),
    ).toEqual(
      expect.arrayContaining([
        [TopicArn, false],
        [other, true],
      ]),
    );
    await sns.send(
      new PublishCommand({
        TopicArn,
        Subject: "Hello",
        MessageStructure: "json",
        Message: JSON.stringify({ default: "all", email: "line 1\n  line 2" }),
      }),
    );
    await expect.poll(() => mail.mails, { timeout: 8_000 }).toHaveLength(3);
    expect(mail.mails[2]?.mail).toMatchObject({
      subject: "Hello",
      text: expect.stringContaining("line 1\n  line 2"),
    });
  });
});

describe("what SNS refuses", () => {
  it("another owner's topics, keys without the scope, and addresses that must not be reached", async () => {
    const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "mine" }));
    expect((await sns.send(new CreateTopicCommand({ Name: "mine" }))).TopicArn).toBe(TopicArn);
    expect(TopicArn).toMatch(/^arn:aws:sns:eu-west-1:\d{12}:mine$/);
    const other = clientOf(await aws.keyOf("other"));
    const denied = { name: "AuthorizationErrorException" };
    const Endpoint = receiver.url;
    for (const command of [
      new PublishCommand({ TopicArn, Message: "x" }),
      new SubscribeCommand({ TopicArn, Protocol: "http", Endpoint }),
      new DeleteTopicCommand({ TopicArn }),
      new ListSubscriptionsByTopicCommand({ TopicArn }),
    ])
      await expect(other.send(command as PublishCommand)).rejects.toMatchObject(denied);
    expect((await other.send(new ListTopicsCommand({}))).Topics).toEqual([]);
    const reader = clientOf(await aws.keyOf("local", ["read"]));
    expect((await reader.send(new ListTopicsCommand({}))).Topics?.length).toBeGreaterThan(0);
    const publish = new PublishCommand({ TopicArn, Message: "x" });
    await expect(reader.send(publish)).rejects.toMatchObject(denied);
    const writer = clientOf(await aws.keyOf("local", ["write"]));
    const subscribe = new SubscribeCommand({ TopicArn, Protocol: "http", Endpoint });
    await expect(writer.send(subscribe)).rejects.toMatchObject(denied);
    const invalid = { name: "InvalidParameterException" };
    for (const wrong of [
      { Protocol: "sqs", Endpoint: "arn:aws:sqs:eu-west-1:1:q" },
      { Protocol: "https", Endpoint },
      { Protocol: "http", Endpoint: "http://user:word@example.org/" },
      { Protocol: "email", Endpoint: "a@b\r\nBcc: c@d" },
      { Protocol: "http", Endpoint, Attributes: { FilterPolicy: "{}" } },
    ])
      await expect(sns.send(new SubscribeCommand({ TopicArn, ...wrong }))).rejects.toMatchObject(
        invalid,
      );
    for (const wrong of [
      { Message: "" },
      { Message: "x".repeat(262_145) },
      { Message: "x", Subject: "two\nlines" },
      { Message: "{}", MessageStructure: "json" },
      { Message: "x", MessageAttributes: { a: { DataType: "Thing", StringValue: "1" } } },
    ])
      await expect(sns.send(new PublishCommand({ TopicArn, ...wrong }))).rejects.toMatchObject(
        invalid,
      );
    const gone = new PublishCommand({ TopicArn: `${TopicArn}2`, Message: "x" });
    await expect(sns.send(gone)).rejects.toMatchObject({ name: "NotFoundException" });
    const unknown = new UnsubscribeCommand({
      SubscriptionArn: `${TopicArn}:00000000-0000-0000-0000-000000000000`,
    });
    await expect(sns.send(unknown)).rejects.toMatchObject({ name: "NotFoundException" });
  });

  it("what is not signed, except what a secret stands for", async () => {
    for (const query of ["Action=ListTopics", "Action=Publish&Message=x", ""])
      expect((await fetch(`${aws.endpoint}/?${query}`)).status, query).toBe(403);
    const TopicArn = "arn:aws:sns:eu-west-1:123456789012:mine";
    const guess = new URLSearchParams({ Action: "ConfirmSubscription", TopicArn, Token: "t" });
    const answer = await fetch(`${aws.endpoint}/?${guess.toString()}`);
    expect(await answer.text()).toContain("<Code>InvalidParameter</Code>");
    const none = `/SimpleNotificationService-${"0".repeat(32)}.pem`;
    expect((await fetch(`${aws.endpoint}${none}`)).status).toBe(404);
  });
});

describeWithBoto(({ command }) => {
  it("makes, lists in pages and deletes topics", async () => {
    const program = `
import boto3, os
sns = boto3.client("sns", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
arns = sorted(sns.create_topic(Name=f"page-{n:03}")["TopicArn"] for n in range(101))
pages = [[t["TopicArn"] for t in p["Topics"]] for p in sns.get_paginator("list_topics").paginate()]
assert sum(pages, []) == arns and [len(p) for p in pages] == [100, 1], pages
sns.publish(TopicArn=arns[0], Message="nobody hears it")
sns.delete_topic(TopicArn=arns[0])
try: sns.publish(TopicArn=arns[0], Message="x")
except sns.exceptions.NotFoundException: print("done")`;
    expect(await run(command, ["-"], clientEnv(aws), program)).toBe("done\n");
  }, 60_000);
});
