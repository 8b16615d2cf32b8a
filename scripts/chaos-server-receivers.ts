// Those who are told: a webhook's receiver and a mail server, which fail in every way they can.
import type { ServerResponse } from "node:http";
import {
  confirming,
  openMailServer,
  openReceiver,
  type MailServer,
  type Received,
} from "../src/notify/receivers.fixture.ts";
import { pause, type Chance } from "./chaos-random.ts";

/** A message that a receiver has said it took. */
export interface Told {
  readonly id: string;
  /** What it was about. */
  readonly subject: string;
}

export interface Audience {
  readonly url: string;
  readonly mailPort: number;
  /** Accepted messages in the order they came, repeated ones as well. */
  readonly webhooks: readonly Told[];
  readonly mails: () => readonly Told[];
  /** Of the mails that asked to confirm. */
  readonly tokens: () => readonly string[];
  /** Fails for a while in a way of chance, and is well again. */
  readonly troubleWebhook: (chance: Chance) => Promise<string>;
  readonly troubleMail: (chance: Chance) => Promise<string>;
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

export async function openAudience(): Promise<Audience> {
  const webhooks: Told[] = [];
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
    async troubleWebhook(chance) {
      const way = chance.one(Object.keys(ways) as [keyof typeof ways]);
      receiver.answer = (_received, response) => ways[way](response);
      await pause(chance.between(300, 3_000));
      receiver.answer = take;
      return `webhook: ${way}`;
    },
    async troubleMail(chance) {
      kept.push(...mail.mails);
      await mail.close();
      await pause(chance.between(300, 3_000));
      mail = await openMailServer(port);
      return "mail server down";
    },
    async close() {
      await Promise.all([receiver.close(), mail.close()]);
    },
  };
}
