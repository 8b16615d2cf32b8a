import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";
import { createSeal } from "../access/seal.ts";
import { openDatabase } from "../state/sqlite/open.ts";
import { enterSession } from "../state/sqlite/sessions.ts";
import { createIdSource, newSession } from "../media/ids.ts";
import { createNotices, type NoticeOptions, type Notices } from "./notices.ts";
import { createSqliteNotificationStore } from "../state/sqlite/notify/store.ts";
import { createSqliteTopicStore } from "../state/sqlite/notify/topics.ts";
import type { NotificationStore } from "./store.ts";
import { defaultReach } from "./reach.ts";

/** A real mail server that keeps the mails that it accepts. */
export interface MailServer {
  readonly port: number;
  readonly mails: { to: readonly string[]; raw: string; mail: Email }[];
  /** Recipients that it refuses for good. */
  readonly refused: Set<string>;
  close(): Promise<void>;
}

export async function openMailServer(port = 0): Promise<MailServer> {
  const mails: MailServer["mails"] = [];
  const refused = new Set<string>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    logger: false,
    onRcptTo({ address }, _session, done) {
      if (!refused.has(address)) return done();
      done(Object.assign(new Error("no such mailbox"), { responseCode: 550 }));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", async () => {
        const raw = Buffer.concat(chunks).toString("utf8");
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, raw, mail: await PostalMime.parse(raw) });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => void server.listen(port, "127.0.0.1", resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    refused,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

export interface Received {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly path: string;
}

/** A real webhook receiver: it keeps every request, and answers by `answer`. */
export interface Receiver {
  readonly port: number;
  readonly url: string;
  readonly requests: Received[];
  answer: (request: Received, response: ServerResponse, seen: number) => void;
  close(): Promise<void>;
}

/** Answers a confirmation with its token, and accepts everything else. */
export function confirming({ body }: Received, response: ServerResponse): void {
  const { data } = JSON.parse(body) as { data: { token?: string } };
  response.end(JSON.stringify({ token: data.token }));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

export async function openReceiver(answer: Receiver["answer"] = confirming): Promise<Receiver> {
  const requests: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const headers = request.headers as Record<string, string>;
    const received = { headers, body, path: request.url ?? "" };
    requests.push(received);
    receiver.answer(received, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    port,
    url: `http://127.0.0.1:${port}/hook`,
    requests,
    answer,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return receiver;
}

/** A database of its own, and the notifications in it. */
export async function openNotices(
  options: Partial<NoticeOptions> & { readonly database?: DatabaseSync } = {},
): Promise<{
  database: DatabaseSync;
  store: NotificationStore;
  notices: Notices;
  close: () => void;
}> {
  const folder = mkdtempSync(join(tmpdir(), "dailies-notify-"));
  const { database = openDatabase(":memory:"), ...rest } = options;
  const session = newSession();
  await enterSession(database, session);
  const newId = createIdSource(session);
  const store = createSqliteNotificationStore({ database, session, newId });
  const notices = createNotices({
    store,
    topics: createSqliteTopicStore({ database }),
    newId,
    seal: createSeal({ keyFile: join(folder, "master.key") }),
    webhooks: { ...defaultReach, allowPrivate: true },
    delays: [20, 20, 20],
    ...rest,
  });
  return {
    database,
    store,
    notices,
    close: () => {
      if (database.isOpen) database.close();
      rmSync(folder, { recursive: true });
    },
  };
}
