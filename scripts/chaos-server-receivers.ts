// The receivers of messages: a webhook receiver and a mail server that fail in many ways.
import type { ServerResponse } from "node:http";
import {
  confirming,
  openMailServer,
  openReceiver,
  type MailServer,
  type Received,
} from "../src/notify/receivers.fixture.ts";
import { pause, type Chance } from "./chaos-random.ts";

/** A message that a receiver has accepted. */
export interface Delivered {
  readonly id: string;
  /** Type, name and version of the message's media file. */
  readonly subject: string;
}

export interface Receivers {
  readonly url: string;
  readonly mailPort: number;
  /** Accepted messages in order of arrival, with repetitions. */
  readonly webhooks: readonly Delivered[];
  readonly mails: () => readonly Delivered[];
  /** The tokens in mails that ask for confirmation. */
  readonly tokens: () => readonly string[];
  /** Lets the receiver fail for a while in a random way. */
  readonly disturbWebhook: (chance: Chance) => Promise<string>;
  readonly disturbMail: (chance: Chance) => Promise<string>;
  readonly close: () => Promise<void>;
}

const ways = {
  "500": (response: ServerResponse) => void response.writeHead(500).end(),
  "429": (response: ServerResponse) => void response.writeHead(429, { "retry-after": "1" }).end(),
  hang: () => {},
  reset: (response: ServerResponse) => void response.socket?.resetAndDestroy(),
  "no end": (response: ServerResponse) => void response.writeHead(200).write("so far"),
  "half an answer": (response: ServerResponse) => {
    response.writeHead(200, { "content-length": "900" }).write("so far");
    setTimeout(() => response.socket?.resetAndDestroy(), 20);
  },
};

export async function openReceivers(): Promise<Receivers> {
  const webhooks: Delivered[] = [];
  const take = (received: Received, response: ServerResponse): void => {
    const { type, data } = JSON.parse(received.body) as {
      type: string;
      data: { name?: string; version?: string };
    };
    const id = received.headers["webhook-id"] ?? "";
    if (data.name !== undefined)
      webhooks.push({ id, subject: `${type} ${data.name} ${data.version ?? ""}` });
    confirming(received, response);
  };
  const receiver = await openReceiver(take);
  const kept: MailServer["mails"] = [];
  let mail = await openMailServer();
  const { port } = mail;
  const all = () => [...kept, ...mail.mails];
  return {
    url: receiver.url,
    mailPort: port,
    webhooks,
    mails: () =>
      all().flatMap(({ mail: { messageId = "", subject = "" } }) => {
        const id = /^<([^.>]+)\./.exec(messageId)?.[1] ?? messageId;
        return [{ id, subject }];
      }),
    tokens: () =>
      all().flatMap((one) => /notify confirm (\S+)/.exec(one.mail.text ?? "")?.[1] ?? []),
    async disturbWebhook(chance) {
      const way = chance.one(Object.keys(ways) as [keyof typeof ways]);
      receiver.answer = (_received, response) => ways[way](response);
      await pause(chance.between(300, 3_000));
      receiver.answer = take;
      return `webhook: ${way}`;
    },
    async disturbMail(chance) {
      await mail.close(); // mails that are under way are still accepted
      kept.push(...mail.mails);
      await pause(chance.between(300, 3_000));
      mail = await openMailServer(port);
      return "mail server down";
    },
    async close() {
      await Promise.all([receiver.close(), mail.close()]);
    },
  };
}
