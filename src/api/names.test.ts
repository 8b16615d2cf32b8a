import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkKey } from "../media/keys.ts";
import { hasDotSegment } from "./names.ts";
import { startApi, type StartedApi } from "./server.fixture.ts";

let api: StartedApi;
beforeAll(async () => {
  api = await startApi();
  await api.addMany(["kept.jpg", "a/b.jpg"]);
});
afterAll(async () => {
  expect(api.errors).toEqual([]);
  await api.close();
});

/** A request as it stands, whatever a careful client would make of its path. Returns the status. */
function raw(method: string, path: string, body = "", headers = ""): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(api.port, "127.0.0.1");
    let said = "";
    socket.on("data", (data) => (said += data.toString("latin1")));
    socket.on("error", reject);
    socket.on("close", () => resolve(Number(said.split(" ")[1] ?? 0)));
    const length = `content-length: ${Buffer.byteLength(body)}\r\n`;
    const head = `${method} ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n`;
    socket.write(Buffer.from(`${head}${headers}${length}\r\n${body}`, "latin1"));
  });
}

const names = async (): Promise<string[]> =>
  (await api.catalog.listMedia({})).map(({ name }) => name);

describe("a path that would be another one", () => {
  it.each([
    "/v1/objects/../kept.jpg",
    "/v1/objects/a/../kept.jpg",
    "/v1/objects/a/%2e%2e/kept.jpg",
    "/v1/objects/a/.%2E/kept.jpg",
    "/v1/objects/a/%2e/b.jpg",
    String.raw`/v1/objects/a\..\kept.jpg`,
    "/v1/objects/..%2fkept.jpg",
    "/v1/objects/a%2f..%2fkept.jpg",
    "/v1/objects/%2fetc%2fpasswd",
    "/v1/objects//kept.jpg",
    "/v1/objects/kept.jpg/",
    "/v1/objects/a%00b.jpg",
    "/v1/objects/%ff.jpg",
    "/v1/objects/%c0%ae%c0%ae/kept.jpg",
    "/v1/objects/%ed%a0%80.jpg",
    "/v1/objects/%",
    "/v1/objects/",
    `/v1/objects/${"x".repeat(901)}`,
    `/v1/objects/${"%C3%BC".repeat(451)}`,
  ])("is refused: PUT and DELETE %s", async (path) => {
    for (const method of ["PUT", "DELETE"]) {
      const status = await raw(method, path, "bytes");
      expect([400, 404, 405]).toContain(status);
    }
    expect(await names()).toEqual(["a/b.jpg", "kept.jpg"]);
  });

  it.each([
    ["GET", `/v1/objects/${"x".repeat(20_000)}`, 431],
    ["GET", "no-slash", 400],
    ["GET", "*", 400],
    ["GET", "http://elsewhere.example/v1/objects/../kept.jpg", 400],
    ["GET", "/v1/media/%2e%2e", 400],
    ["BREW", "/v1/media", 400],
  ])("%s %.40s is answered with %i", async (method, path, status) => {
    expect(await raw(method, path)).toBe(status);
  });
});

it("a key is what was sent, decoded once, and nothing else comes to be", async () => {
  const odd = fc
    .oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 40 }),
      fc.constantFrom("%2e%2e", "a%2fb", "%00", "…/", "ﬁ", "a b+c", "\u202Egpj.exe", "?x=1#y", "%"),
      fc
        .array(fc.constantFrom("a", "..", ".", "%2e", "", " ", "ü"), { minLength: 1 })
        .map((parts) => parts.join("/")),
    )
    .filter((name) => name.isWellFormed());
  await fc.assert(
    fc.asyncProperty(odd, async (name) => {
      let isName = true;
      try {
        checkKey(name);
      } catch {
        isName = false;
      }
      const before = await names();
      const encoded = encodeURIComponent(name);
      const put = await raw("PUT", `/v1/objects/${encoded}`, name === "" ? "x" : "bytes");
      const isDots = name === "." || name === "..";
      expect(put === 201 || put === 200, `${put} for ${JSON.stringify(name)}`).toBe(
        isName && !isDots,
      );
      const news = (await names()).filter((one) => !before.includes(one));
      expect(news).toEqual(put === 201 ? [name] : []);
      if (put !== 201) return;
      const found = await fetch(`${api.url}/v1/media/${encoded}`);
      expect(((await found.json()) as { name: string }).name).toBe(name);
      const file = await fetch(`${api.url}/api/${encoded}`);
      expect(((await file.json()) as { name: string }).name).toBe(name);
      expect(await raw("DELETE", `/v1/objects/${encoded}`)).toBe(204);
    }),
    { numRuns: 60 },
  );
});

it("dot segments are seen however they are written, and only they", () => {
  for (const path of ["/..", "/a/./b", "/%2E%2e/", "/.%2e", String.raw`/a\..\b`])
    expect(hasDotSegment(path), path).toBe(true);
  for (const path of ["/...", "/a..b", "/.a", "/%2e%2ea", "/%252e%252e"])
    expect(hasDotSegment(path), path).toBe(false);
});
