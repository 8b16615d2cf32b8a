import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Library } from "../app/library.ts";
import { readConfig } from "../config/config.ts";
import { outputKey } from "../media/keys.ts";
import { createOutcomes, failed } from "../notify/outcome.fixture.ts";
import {
  openMailServer,
  openReceiver,
  type MailServer,
  type Receiver,
} from "../notify/receivers.fixture.ts";
import { createFilesystemObjectStore } from "../objects/filesystem.ts";
import { putText } from "../objects/stored.ts";
import { openDailies } from "../runtime/local.ts";
import { openDatabase } from "../state/sqlite/open.ts";
import { createApi } from "./app.ts";
import type { Caller } from "./environment.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

export const ada: Caller = { owner: "ada", scopes: ["read", "write"] };
export const bob: Caller = { owner: "bob", scopes: ["read", "write"] };

/** A library behind the HTTP interface, with a mail server and a webhook receiver. */
export interface NoticeApi {
  readonly folder: string;
  readonly dailies: Library;
  readonly mail: MailServer;
  readonly receiver: Receiver;
  /** Who asks from now on. At first ada. */
  readonly as: (caller: Caller | undefined) => void;
  readonly ask: (method: string, path: string, body?: object) => Promise<Response>;
  /** The answer's JSON. */
  json<T>(method: string, path: string, body?: object): Promise<T>;
  /** A media file of ada's that fails, without any engine. */
  fails(name: string): Promise<void>;
  /** A media file of ada's that is ready, with one output. Returns its version. */
  made(name: string): Promise<string>;
  /** Gives ada's media file other bytes. */
  replaced(name: string): Promise<void>;
  sql(text: string): void;
  close(): Promise<void>;
}

export async function openNoticeApi(): Promise<NoticeApi> {
  const folder = mkdtempSync(join(tmpdir(), "dailies-api-"));
  const [mail, receiver] = await Promise.all([openMailServer(), openReceiver()]);
  const config = readConfig(
    { dataDir: folder },
    {
      DAILIES_SMTP_URL: `smtp://127.0.0.1:${mail.port}?from=dailies@example.org`,
      DAILIES_PUBLIC_URL: "https://d.example",
    },
  );
  const webhooks = { ...config.notices.webhooks, allowPrivate: true };
  const dailies = await openDailies({ ...config, notices: { ...config.notices, webhooks } });
  let caller: Caller | undefined = ada;
  const app = createApi({
    dailies,
    log,
    security: [
      async (c, next) => {
        c.set("caller", caller);
        await next();
      },
    ],
  });
  const withDatabase = async <T>(
    work: (database: ReturnType<typeof openDatabase>) => T | Promise<T>,
  ): Promise<T> => {
    const database = openDatabase(join(folder, "dailies.db"));
    try {
      return await work(database);
    } finally {
      database.close();
    }
  };
  const ask: NoticeApi["ask"] = async (method, path, body) =>
    app.request(path, { method, ...(body && { body: JSON.stringify(body) }) });
  return {
    folder,
    dailies,
    mail,
    receiver,
    as: (other) => void (caller = other),
    ask,
    json: async <T>(method: string, path: string, body?: object) =>
      (await (await ask(method, path, body)).json()) as T,
    fails: (name) =>
      withDatabase(
        async (database) => void (await createOutcomes(database).end(name, failed(), "ada")),
      ),
    made: (name) =>
      withDatabase(async (database) => {
        const world = createOutcomes(database);
        const version = await world.add(name, "ada");
        const objects = createFilesystemObjectStore({ dir: join(folder, "objects") });
        const place = { bucket: "outputs", key: outputKey("web", name) } as const;
        const object = await putText(objects, place, "moving pictures", "video/mp4");
        await world.apply(name, version, [
          { type: "putOutput", version, object },
          { type: "enqueue", job: world.job(name, version) },
        ]);
        await world.work();
        return version;
      }),
    replaced: (name) =>
      withDatabase(async (database) => void (await createOutcomes(database).add(name, "ada"))),
    sql: (text) => {
      const database = openDatabase(join(folder, "dailies.db"));
      database.exec(text);
      database.close();
    },
    async close() {
      await dailies.close();
      await Promise.all([mail.close(), receiver.close()]);
      rmSync(folder, { recursive: true });
    },
  };
}

/** The link to this part of the API in a message, without the public address. */
export function linkIn(text = "", what = "outputs"): string {
  const path = what === "outputs" ? what : `subscriptions/${what}`;
  const [, link = ""] = new RegExp(`https://d.example(/v1/${path}\\S*)`).exec(text) ?? [];
  return link.replace(/[>,]+$/, "");
}
