import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkKey } from "../src/media/keys.ts";
import {
  ask,
  fuzzRequests,
  uploadPaths,
  type Description,
  type FuzzAnswer,
  type FuzzRequest,
} from "./api-fuzz.ts";
import { filesBelow, withCatalog } from "./support/library.ts";
import { furnish, makeLibrary, startService, type TestService } from "./support/service.ts";

/**
 * Requests that follow the service's own description, with hostile values everywhere. This run is
 * short; `npm run fuzz:api` is the long one (API_FUZZ_REQUESTS, API_FUZZ_SEED).
 */
const number = Number(process.env["API_FUZZ_REQUESTS"] ?? 250);
const seed = Number(process.env["API_FUZZ_SEED"] ?? 20261120);

const names = ["ada/talk.mp4", "ada.mp4"];
const outside = "what lies outside";

let folder: string;
let dataDir: string;
let service: TestService;
let token: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dailies-api-fuzz-"));
  dataDir = join(folder, "a", "b", "library");
  mkdirSync(dataDir, { recursive: true });
  for (const place of ["secret", "a/secret", "a/b/secret"])
    writeFileSync(join(folder, place), outside);
  const rate = { perSecond: 100_000, burst: 1_000_000 };
  writeFileSync(
    join(dataDir, "config.json"),
    JSON.stringify({ requireKeys: true, rateLimit: rate }),
  );
  const keys = await makeLibrary(dataDir, ["ada", "bob"]);
  token = keys["ada"]?.token ?? "";
  for (const name of names) await furnish(dataDir, { name, owner: "ada", word: "zanzibar" });
  await furnish(dataDir, { name: "bob.mp4", owner: "bob", word: "timbuktu" });
  service = await startService(dataDir);
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
});

const wellFormed = (text: string) => text.toWellFormed() === text;

/** The fault of an answer; undefined when it has none. */
function wrong(asked: FuzzRequest, { status, headers, text }: FuzzAnswer, documented: Set<string>) {
  if (text.includes("timbuktu") || text.includes(outside))
    return "it reveals data that is not Ada's";
  // 503 asks the client to wait and 507 reports a full disk: both are intended
  if (status >= 500 && status !== 503 && status !== 507) return "a fault of the service";
  const hasOwnErrors = asked.path.startsWith("/api/") || asked.path.startsWith("/readyz");
  if (status >= 400 && asked.method !== "HEAD" && !hasOwnErrors) {
    if (headers["content-type"] !== "application/problem+json") return "no problem document";
    const problem = JSON.parse(text) as Record<string, unknown>;
    if (problem["status"] !== status) return "the problem has another status";
    // requests that the HTTP parser refuses never reach the application
    if (status !== 431 && typeof problem["code"] !== "string") return "the problem has no code";
  }
  if (headers["x-content-type-options"] !== "nosniff" && ![400, 431].includes(status))
    return "no nosniff";
  const cookie = headers["set-cookie"];
  const isSessions = asked.path.startsWith("/v1/session") && /^dailies_\d+=;/.test(String(cookie));
  if (cookie !== undefined && !isSessions) return "a header that the client injected";
  // 400, 404, 405: a hostile path may match no operation
  const isUsual =
    [400, 404, 405].includes(status) || documented.has(String(status)) || status === 431;
  return isUsual ? undefined : "a status that the description does not have";
}

it(`answers ${number} hostile requests correctly and keeps running`, async () => {
  const fetched = await fetch(`${service.url}/v1/openapi.json`);
  const described = (await fetched.json()) as Description;
  const description: Description = { paths: { ...described.paths, ...uploadPaths } };
  const documented = new Map<string, Set<string>>();
  for (const operations of Object.values(description.paths))
    for (const { operationId, responses } of Object.values(operations))
      documented.set(operationId, new Set(Object.keys(responses)));

  const before = filesBelow(folder).filter((path) => !path.startsWith("a/b/library/"));
  const findings: string[] = [];
  const reached = new Set<string>();
  const requests = fuzzRequests(description, { names, seed, number });
  const lanes = Array.from({ length: 4 }, async () => {
    for (let asked = requests.pop(); asked !== undefined; asked = requests.pop()) {
      const about = `${asked.method} ${asked.path.slice(0, 300)} ${JSON.stringify(asked.headers)} ${asked.body.toString().slice(0, 200)}`;
      try {
        const answer = await ask(service.url, token, asked);
        if (answer.status < 300) reached.add(asked.operationId);
        const what = wrong(asked, answer, documented.get(asked.operationId) ?? new Set());
        if (what !== undefined)
          findings.push(`${what}: ${answer.status} ${answer.text.slice(0, 300)}\n  ${about}`);
      } catch (error) {
        // the server may cut the connection when it refuses a body before reading all of it
        if (asked.body.length < 60_000) findings.push(`${String(error)}\n  ${about}`);
      }
    }
  });
  await Promise.all(lanes);

  expect(findings.slice(0, 10)).toEqual([]);
  expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
  const logged = service.logged().split("\n");
  expect(logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  // some requests passed the checks, so the code behind them ran, too
  expect(reached.size).toBeGreaterThan(number < 2_000 ? 8 : 20);

  expect(filesBelow(folder).filter((path) => !path.startsWith("a/b/library/"))).toEqual(before);
  for (const place of ["secret", "a/secret", "a/b/secret"])
    expect(readFileSync(join(folder, place), "utf8")).toBe(outside);
  const top = readdirSync(dataDir).filter((name) => !name.startsWith("dailies.db"));
  expect(top.toSorted()).toEqual(expect.arrayContaining(["config.json", "keys", "objects"]));
  expect(top.filter((name) => !/^(?:config\.json|keys|objects|incoming|work)$/.test(name))).toEqual(
    [],
  );
  const kept = withCatalog(dataDir, (all) => all("SELECT name FROM media"));
  for (const name of kept) {
    expect(checkKey(name)).toBe(name);
    expect(wellFormed(name)).toBe(true);
  }
  expect(withCatalog(dataDir, (all) => all("SELECT name FROM media WHERE owner = 'bob'"))).toEqual([
    "bob.mp4",
  ]);
  expect(withCatalog(dataDir, (all) => all("PRAGMA integrity_check"))).toEqual(["ok"]);
});

it("treats a NUL in a search as the end of a word", async () => {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${service.url}/v1/search?q=zanzibar%00%20zanzi%00"x`, { headers });
  expect(answer.status).toBe(200);
});

it("stores an object under exactly the sent key, or refuses it", async () => {
  const keys: [sent: string, key: string | undefined][] = [
    ["k-plain.mp4", "k-plain.mp4"],
    ["k%2Fb.mp4", "k/b.mp4"],
    ["k/c.mp4", "k/c.mp4"],
    ["k%252Fb.mp4", "k%2Fb.mp4"],
    ["k%E2%80%AEgpm.mp4", "k\u202egpm.mp4"],
    ["ke%CC%81.mp4", "ke\u0301.mp4"],
    ["k%20b+c.mp4", "k b+c.mp4"],
    ["..", undefined],
    ["../x.mp4", undefined],
    ["%2e%2e/x.mp4", undefined],
    ["%2e%2e%2fx.mp4", undefined],
    ["a/../b.mp4", undefined],
    ["a/%2E%2E/b.mp4", undefined],
    ["a/./b.mp4", undefined],
    ["%2Fabs.mp4", undefined],
    ["/abs.mp4", undefined],
    ["a//b.mp4", undefined],
    ["a%00.mp4", undefined],
    ["%ff.mp4", undefined],
    ["%ED%A0%80.mp4", undefined],
    ["%", undefined],
    [`${"x".repeat(897)}.mp4`, undefined],
    [`${"%C3%A9".repeat(449)}.mp4`, undefined],
  ];
  const stored = () => new Set(withCatalog(dataDir, (all) => all("SELECT name FROM media")));
  const put = (sent: string) =>
    ask(service.url, token, {
      operationId: "putObject",
      method: "PUT",
      path: `/v1/objects/${sent}`,
      headers: {},
      body: Buffer.from(`bytes of ${sent}`),
    });
  let before = stored();
  for (const [sent, key] of keys) {
    const answer = await put(sent);
    const after = stored();
    const added = [...after].filter((name) => !before.has(name));
    before = after;
    expect(added, sent).toEqual(key === undefined ? [] : [key]);
    if (key === undefined)
      expect([400, 404, 405], `${sent}: ${answer.status}`).toContain(answer.status);
    else expect(answer.status, sent).toBe(201);
  }
  const sameName = "k%C3%A9.mp4"; // its accent encoded in another way
  expect((await put(sameName)).status).toBe(200);
  expect(stored()).toEqual(before);
});

it("keeps running after input that is not valid HTTP", async () => {
  const { hostname, port } = new URL(service.url);
  const lines = [
    "GET / HTTP/1.1\r\n\r\n",
    "GET http://evil.example/v1/media HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "GET /v1/media HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "GET //evil.example/.. HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST /v1/keys HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "PUT /v1/objects/x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    `GET /${"a".repeat(70_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "GET /v1/media HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    "\u0016\u0003\u0001\u0002\u0000",
    "\0\0\0\0",
  ];
  const said = await Promise.all(
    lines.map(
      (line) =>
        new Promise<string>((resolve) => {
          let text = "";
          const socket = connect(Number(port), hostname, () => socket.write(line, "latin1"));
          socket.on("data", (part) => (text += part.toString()));
          socket.on("error", () => resolve(text));
          socket.on("close", () => resolve(text));
          setTimeout(() => socket.destroy(), 300);
        }),
    ),
  );
  for (const [index, text] of said.entries())
    expect(text, lines[index]?.slice(0, 60)).not.toMatch(/^HTTP\/1\.1 (?:200|500)/);
  expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
});
