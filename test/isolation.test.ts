import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NewAccessKey } from "../src/access/access.ts";
import { operations, type OperationId } from "../src/api/operations.ts";
import { subscribeOwner } from "./support/notices.ts";
import { furnish, makeLibrary, startService, type TestService } from "./support/service.ts";
import { withCatalog } from "./support/library.ts";

/**
 * Two owners and all operations: no owner can read, change or discover data of the other. Both request
 * each operation for Ada's data. Ada's own requests show that the data exists.
 */

const name = "ada secret/talk.mp4";
const word = "zanzibar";

let dataDir: string;
let service: TestService;
let keys: Readonly<Record<string, NewAccessKey>>;
let made: Awaited<ReturnType<typeof furnish>>;
let notices: Awaited<ReturnType<typeof subscribeOwner>>;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "dailies-isolation-"));
  writeFileSync(join(dataDir, "config.json"), JSON.stringify({ requireKeys: true }));
  keys = await makeLibrary(dataDir, ["ada", "bob"]);
  made = await furnish(dataDir, { name, owner: "ada", word });
  await furnish(dataDir, { name: "bob.mp4", owner: "bob", word: "timbuktu" });
  notices = await subscribeOwner(dataDir, "ada");
  service = await startService(dataDir);
});
afterAll(async () => {
  await service.stop();
  rmSync(dataDir, { recursive: true });
});

interface Ask {
  readonly path: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  /** Cut off after the first part, because streams of events do not end. */
  readonly firstOnly?: boolean;
}

const media = `/v1/media/${encodeURIComponent(name)}`;
const key = name.split("/").map(encodeURIComponent).join("/");

/** The request of each operation for Ada's data. `public`: the operation gives no owner's data. */
const asks: Readonly<Record<OperationId, () => Ask | "public">> = {
  queryMediaFiles: () => ({ path: "/api/" }),
  queryMediaFile: () => ({ path: `/api/${key}` }),
  listMedia: () => ({ path: "/v1/media?startsWith=ada" }),
  getMedia: () => ({ path: media }),
  getSource: () => ({ path: `${media}/source` }),
  listRenditions: () => ({ path: `${media}/renditions` }),
  getRendition: () => ({ path: `${media}/renditions/web` }),
  getOutput: () => ({ path: `${media}/outputs/transcribe` }),
  linkStream: () => ({ path: `${media}/stream-link`, body: "{}" }),
  getStreamFile: () => "public",
  getOutputByKey: () => ({ path: `/v1/outputs/${made.jsonFile}` }),
  getTranscript: () => ({ path: `${media}/transcript` }),
  putTranscript: () => ({
    path: `${media}/transcript`,
    body: "WEBVTT\n\n00:00.000 --> 00:01.000\nzanzibar\n",
  }),
  editTranscript: () => ({
    path: `${media}/transcript/edits`,
    body: JSON.stringify({ edits: [{ from: 0, to: 1, text: "changed" }] }),
    headers: { "if-match": `"${made.transcriptSha256}"` },
  }),
  getTranscriptFile: () => ({ path: `${media}/transcript.srt` }),
  getLabels: () => ({ path: `${media}/labels` }),
  getHistory: () => ({ path: `${media}/history` }),
  listMediaJobs: () => ({ path: `${media}/jobs` }),
  retryMedia: () => ({ path: `${media}/retry`, body: "{}" }),
  reprocessMedia: () => ({ path: `${media}/reprocess`, body: "{}" }),
  cancelMedia: () => ({ path: `${media}/cancel`, body: "{}" }),
  listUserMedia: () => ({ path: "/v1/users/ada/media" }),
  getObject: () => ({ path: `/v1/objects/${key}` }),
  putObject: () => ({ path: `/v1/objects/${key}`, body: "other bytes" }),
  deleteObject: () => ({ path: `/v1/objects/${key}` }),
  listJobs: () => ({ path: "/v1/jobs" }),
  searchMedia: () => ({ path: `/v1/search?q=${word}` }),
  getMetadata: () => ({ path: `/v1/metadata/${encodeURIComponent(made.jsonFile)}` }),
  followEvents: () => ({ path: "/v1/events?after=0", firstOnly: true }),
  listSubscriptions: () => ({ path: "/v1/subscriptions?" }),
  subscribe: () => "public",
  showConfirmation: () => "public",
  confirmSubscription: () => "public",
  showUnsubscribing: () => "public",
  unsubscribeByLink: () => "public",
  getSharedOutput: () => "public",
  unsubscribe: () => ({ path: `/v1/subscriptions/${notices.subscription}` }),
  rotateSecret: () => ({ path: `/v1/subscriptions/${notices.subscription}/rotate` }),
  testSubscription: () => ({ path: `/v1/subscriptions/${notices.subscription}/test` }),
  listNotifications: () => ({ path: "/v1/notifications?" }),
  getNotification: () => ({ path: `/v1/notifications/${notices.notification}` }),
  replayNotification: () => ({ path: `/v1/notifications/${notices.notification}/replay` }),
  listDeliveries: () => ({ path: "/v1/deliveries?" }),
  replayDeliveries: () => "public",
  listKeys: () => ({ path: "/v1/keys" }),
  createKey: () => "public",
  revokeKey: () => ({ path: `/v1/keys/${keys["ada"]?.accessKeyId}` }),
  shareMedia: () => ({ path: `${media}/shares`, body: "{}" }),
  getShared: () => "public",
  getSharedMedia: () => "public",
  getSharedPoster: () => "public",
  getSharedCaptions: () => "public",
  getSession: () => "public",
  signIn: () => "public",
  signOut: () => "public",
  describeApi: () => "public",
  isAlive: () => "public",
  isReady: () => "public",
  readMetrics: () => "public",
};

async function ask(user: string, method: string, { path, body, firstOnly, headers }: Ask) {
  const stop = new AbortController();
  const answer = await fetch(service.url + path, {
    method: method.toUpperCase(),
    headers: { authorization: `Bearer ${keys[user]?.token}`, ...headers },
    signal: stop.signal,
    ...(body !== undefined && { body }),
  });
  if (firstOnly !== true) return { status: answer.status, text: await answer.text() };
  let text = "";
  const timer = setTimeout(() => stop.abort(), 500);
  const decoder = new TextDecoder();
  try {
    for await (const chunk of answer.body ?? []) text += decoder.decode(chunk as Uint8Array);
  } catch {
    // the stream was cut off
  }
  clearTimeout(timer);
  return { status: answer.status, text };
}

/** Everything of Ada's in the catalog, as text. */
function adas(): string {
  return withCatalog(dataDir, (all) =>
    JSON.stringify([
      all(`SELECT json_array(name, version, owner, sha256, state) FROM media WHERE owner = 'ada'`),
      all(`SELECT json_array(id, state, attempts) FROM jobs WHERE owner = 'ada' ORDER BY id`),
      all(`SELECT json_array(key, version) FROM objects WHERE media_version = '${made.version}'`),
      all(`SELECT json_array(id, state, secret) FROM subscriptions WHERE owner = 'ada'`),
      all(`SELECT json_array(id, topic) FROM notifications WHERE owner = 'ada'`),
      all(`SELECT json_array(access_key_id, revoked_at) FROM access_keys WHERE user = 'ada'`),
    ]),
  );
}

const secrets = () => [word, "ada", made.version, keys["ada"]?.accessKeyId ?? ""];

/** Ada's data in an answer that was not in the request. */
function leaked(text: string, path: string): string[] {
  const asked = decodeURIComponent(path).toLowerCase();
  return secrets().filter((secret) => {
    const known = asked.includes(secret.toLowerCase());
    return !known && text.toLowerCase().includes(secret.toLowerCase());
  });
}

const ids = Object.keys(operations) as OperationId[];
/** Operations that remove or end something: they are requested last. */
const changing = new Set<OperationId>([
  "cancelMedia",
  "putObject",
  "deleteObject",
  "unsubscribe",
  "revokeKey",
]);

describe("Ada's data", () => {
  it.each(ids)("is hidden from Bob: %s", async (id) => {
    const question = asks[id]();
    if (question === "public") return;
    const before = adas();
    const answer = await ask("bob", operations[id].method, question);
    expect(leaked(answer.text, question.path)).toEqual([]);
    expect(adas()).toBe(before);
    const isList = ["/api/", "/v1/media?", "/v1/jobs", "/v1/search", "/v1/events", "/v1/keys"]
      .concat("/v1/subscriptions?", "/v1/notifications?", "/v1/deliveries?")
      .some(
        (list) => question.path === list || (question.path.startsWith(list) && list.length > 8),
      );
    const refused = id === "putObject" ? [403, 404, 409] : [404];
    if (id === "revokeKey" || !isList) expect(refused, answer.text).toContain(answer.status);
    else expect(answer.status, answer.text).toBe(200);
  });

  it("is hidden from Bob: an unfinished upload", async () => {
    const tus = { "tus-resumable": "1.0.0", "upload-length": "10" };
    const metadata = `filename ${Buffer.from("ada new.mp4").toString("base64")}`;
    const begin = await fetch(`${service.url}/v1/uploads`, {
      method: "POST",
      headers: {
        ...tus,
        authorization: `Bearer ${keys["ada"]?.token}`,
        "upload-metadata": metadata,
      },
    });
    expect(begin.status).toBe(201);
    const path = new URL(begin.headers.get("location") ?? "", service.url).pathname;
    const part = {
      path,
      headers: { ...tus, "upload-offset": "0", "content-type": "application/offset+octet-stream" },
    };
    for (const method of ["HEAD", "PATCH", "DELETE"]) {
      const body = method === "PATCH" ? { body: "0123456789" } : {};
      expect((await ask("bob", method, { ...part, ...body })).status, method).toBe(404);
    }
    expect((await ask("ada", "HEAD", part)).status).toBe(200);
    expect((await ask("ada", "DELETE", part)).status).toBe(204);
  });

  it.each(ids.filter((id) => !changing.has(id)).concat(...changing))(
    "is visible to Ada: %s",
    async (id) => {
      const question = asks[id]();
      if (question === "public") return;
      const answer = await ask("ada", operations[id].method, question);
      expect(answer.status, answer.text).toBeLessThan(300);
      if (operations[id].method === "get" && !answer.text.includes("timbuktu"))
        expect(answer.text.toLowerCase()).toMatch(/zanzibar|ada|web of/);
    },
  );
});

describe("without a key, or with a key that lacks a scope", () => {
  it.each(ids.filter((id) => operations[id].scope !== "none"))(
    "a request is refused: %s",
    async (id) => {
      const question = asks[id]();
      const { path, body } = question === "public" ? { path: operations[id].path } : question;
      const init = { method: operations[id].method.toUpperCase(), ...(body && { body }) };
      const without = await fetch(service.url + path, init);
      expect(without.status).toBe(401);
      expect(without.headers.get("www-authenticate")).toMatch(/^Bearer/);
      await without.body?.cancel();
    },
  );

  it("the missing scope is named", async () => {
    const other = { read: "write", write: "admin", admin: "read" } as const;
    const tokens: Record<string, string> = {};
    for (const scope of ["read", "write", "admin"] as const) {
      const made201 = await fetch(`${service.url}/v1/keys`, {
        method: "POST",
        headers: { authorization: `Bearer ${keys["bob"]?.token}` },
        body: JSON.stringify({ name: scope, scopes: [scope] }),
      });
      expect(made201.status).toBe(201);
      tokens[scope] = ((await made201.json()) as { token: string }).token;
    }
    for (const id of ids) {
      const { scope, method } = operations[id];
      if (scope === "none") continue;
      const question = asks[id]();
      const { path, body } = question === "public" ? { path: operations[id].path } : question;
      const answer = await fetch(service.url + path, {
        method: method.toUpperCase(),
        headers: { authorization: `Bearer ${tokens[other[scope]]}` },
        ...(body && { body }),
      });
      expect(answer.status, id).toBe(403);
      expect(await answer.text()).toContain(scope);
    }
  });

  it("the scope write alone gives no data, neither by subscribing nor by replaying", async () => {
    const made201 = await fetch(`${service.url}/v1/keys`, {
      method: "POST",
      headers: { authorization: `Bearer ${keys["bob"]?.token}` },
      body: JSON.stringify({ name: "camera", scopes: ["write"] }),
    });
    const { token } = (await made201.json()) as { token: string };
    const about = ["subscribe", "rotateSecret", "testSubscription"] as const;
    for (const id of [...about, "replayNotification", "replayDeliveries"] as const) {
      const question = asks[id]();
      const { path } = question === "public" ? operations[id] : question;
      const answer = await fetch(service.url + path, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        body: "{}",
      });
      expect(answer.status, id).toBe(403);
      expect(await answer.text()).toContain("read");
    }
  });
});

it("a key in an address is refused and not logged, however it is encoded", async () => {
  const { token = "" } = keys["bob"] ?? {};
  const every = (text: string): string =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join("");
  const encoded = [token, every(token), encodeURIComponent(every(token))];
  for (const [index, text] of encoded.entries()) {
    const path = `/v1/objects/asked ${index} ${text}?code=${text}`;
    const answer = await fetch(service.url + path, {
      method: "DELETE",
      headers: { authorization: `Bearer ${token}`, referer: `http://x.example/${text}` },
    });
    expect(answer.status, await answer.text()).toBe(400);
  }
  const secret = token.split(".")[1] ?? "";
  const logged = service.logged();
  expect(logged).toContain("[left out]");
  for (const text of [secret, every(secret), encodeURIComponent(every(secret))])
    expect(logged.toLowerCase()).not.toContain(text.toLowerCase());
});

it("no secret is in the log", () => {
  for (const { token, secretAccessKey } of Object.values(keys)) {
    expect(service.logged()).not.toContain(token.split(".")[1]);
    expect(service.logged()).not.toContain(secretAccessKey);
  }
});
