import { createHash } from "node:crypto";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scopeText, sha256Hex, signatureOf, signingKey } from "../../src/aws/sigv4/canonical.ts";
import { startAws, type TestAws } from "../support/aws.ts";
import { sendRaw, signAndSend, signedHeaders, type RawRequest } from "../support/sign.ts";

let aws: TestAws;
beforeAll(async () => {
  aws = await startAws();
  await send({ method: "PUT", path: "/box" });
});
afterAll(() => aws.close());

const send = (raw: RawRequest) => signAndSend(aws.endpoint, aws.key, raw);
const put = (more: Partial<RawRequest> = {}) =>
  send({ method: "PUT", path: "/box/key", body: "content", ...more });
const minutes = 60_000;

/** Nothing of what was refused may be seen. */
async function expectNothing(): Promise<void> {
  for (const bucket of ["box", "uploads"])
    expect((await send({ path: `/${bucket}?list-type=2` })).text).toContain(
      "<KeyCount>0</KeyCount>",
    );
}

describe("a put is refused, and leaves nothing", () => {
  const sum = { "x-amz-checksum-crc32": "AAAAAA==" };
  it.each([
    ["with a clock that is slow", { at: Date.now() - 16 * minutes }, 403, "RequestTimeTooSkewed"],
    ["with a clock that is fast", { at: Date.now() + 20 * minutes }, 403, "RequestTimeTooSkewed"],
    [
      "with another body than was signed",
      { payload: sha256Hex("other") },
      400,
      "XAmzContentSHA256Mismatch",
    ],
    [
      "with another MD5",
      { headers: { "content-md5": createHash("md5").digest("base64") } },
      400,
      "BadDigest",
    ],
    ["with a malformed MD5", { headers: { "content-md5": "bad" } }, 400, "InvalidDigest"],
    ["with another checksum", { headers: sum }, 400, "BadDigest"],
    [
      "with two checksums",
      { headers: { ...sum, "x-amz-checksum-crc32c": "AAAAAA==" } },
      400,
      "InvalidRequest",
    ],
    [
      "with encryption",
      { headers: { "x-amz-server-side-encryption": "AES256" } },
      501,
      "NotImplemented",
    ],
    ["for everybody to read", { headers: { "x-amz-acl": "public-read" } }, 501, "NotImplemented"],
    ["with tags", { headers: { "x-amz-tagging": "a=b" } }, 501, "NotImplemented"],
    [
      "in another storage class",
      { headers: { "x-amz-storage-class": "GLACIER" } },
      400,
      "InvalidStorageClass",
    ],
    [
      "with too much metadata",
      { headers: { "x-amz-meta-a": "a".repeat(2_100) } },
      400,
      "MetadataTooLarge",
    ],
    [
      "of somebody else's bucket",
      { headers: { "x-amz-expected-bucket-owner": "123456789012" } },
      403,
      "AccessDenied",
    ],
    ["under a key that leads out", { path: "/box/a/../../key" }, 400, "InvalidURI"],
    ["under a key that leads out, encoded", { path: "/box/%2e%2e%2fkey" }, 400, "InvalidURI"],
    [
      "under a name that leads out",
      { path: "/uploads/a/../../../etc/passwd" },
      400,
      "InvalidArgument",
    ],
    ["under a name with an empty part", { path: "/uploads/a//b" }, 400, "InvalidArgument"],
    ["under a key with NUL", { path: "/box/a%00b" }, 400, "InvalidArgument"],
    ["under a key that is too long", { path: `/box/${"a".repeat(1_025)}` }, 400, "KeyTooLongError"],
    ["into the outputs", { path: "/outputs/output/web/a.mp4" }, 403, "AccessDenied"],
    ["without bytes, as an upload", { path: "/uploads/a.mp4", body: "" }, 400, "InvalidRequest"],
    ["into no bucket", { path: "/nowhere/key" }, 404, "NoSuchBucket"],
  ] as const)("%s", async (_, raw, status, code) => {
    const answer = await put(raw);
    expect([answer.status, answer.code]).toEqual([status, code]);
    await expectNothing();
  });

  it("when a header that matters is added on the way", async () => {
    const raw = { method: "PUT", path: "/box/key", body: "content" };
    const headers = signedHeaders(aws.endpoint, aws.key, raw);
    const changed = await sendRaw(aws.endpoint, raw, {
      ...headers,
      "x-amz-copy-source": "/box/other",
    });
    expect(changed.code).toBe("AccessDenied");
    await expectNothing();
  });
});

it("a client that asks before it sends is told to go on, or refused at once on a connection that ends", async () => {
  const ask = (body: string, secretAccessKey: string): Promise<string[]> =>
    new Promise((resolve, reject) => {
      const raw = { method: "PUT", path: "/box/asked", body };
      const key = { ...aws.key, secretAccessKey };
      const headers = { ...signedHeaders(aws.endpoint, key, raw), expect: "100-continue" };
      const length = { "content-length": String(body.length) };
      const outgoing = request(aws.endpoint + raw.path, {
        method: "PUT",
        headers: { ...headers, ...length },
      });
      const seen: string[] = [];
      outgoing.on("continue", () => {
        seen.push("continue");
        outgoing.end(body);
      });
      outgoing.on("error", reject);
      outgoing.on("response", (incoming) => {
        incoming.resume().on("end", () => {
          resolve([...seen, String(incoming.statusCode), incoming.headers.connection ?? ""]);
          outgoing.destroy();
        });
      });
      outgoing.flushHeaders();
    });
  expect(await ask("content", aws.key.secretAccessKey)).toEqual(["continue", "200", ""]);
  expect(await ask("content", "wrong")).toEqual(["403", "close"]);
  await send({ method: "DELETE", path: "/box/asked" });
});

it("a GET of a key that bytes were misread as is told so, unless an object has it", async () => {
  const path = "/box/%C2%AE%C2%8A-";
  expect(await send({ path })).toMatchObject({ status: 400, code: "InvalidURI" });
  expect((await send({ method: "HEAD", path })).status).toBe(404);
  expect((await send({ path: "/box/%C2%AE-" })).code).toBe("NoSuchKey");
  await send({ method: "PUT", path, body: "content" });
  expect((await send({ path })).text).toBe("content");
  await send({ method: "DELETE", path });
});

describe("signed chunks", () => {
  /** A body of two signed chunks and the end. */
  const chunked = (change: (chunks: string[]) => string[] = (chunks) => chunks) => {
    const raw = {
      method: "PUT",
      path: "/box/key",
      payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
      headers: { "x-amz-decoded-content-length": "10" },
    };
    const headers = signedHeaders(aws.endpoint, aws.key, raw);
    const amzDate = headers["x-amz-date"] ?? "";
    const scope = { date: amzDate.slice(0, 8), region: "us-east-1", service: "s3" };
    const key = signingKey(aws.key.secretAccessKey, scope);
    let previous = /Signature=(\w+)/.exec(headers["authorization"] ?? "")?.[1] ?? "";
    const chunks = ["first", "other", ""].map((text) => {
      const hashes = [sha256Hex(""), sha256Hex(text)];
      const lines = ["AWS4-HMAC-SHA256-PAYLOAD", amzDate, scopeText(scope), previous, ...hashes];
      previous = signatureOf(key, lines.join("\n"));
      return `${text.length.toString(16)};chunk-signature=${previous}\r\n${text}\r\n`;
    });
    return sendRaw(aws.endpoint, { ...raw, body: change(chunks).join("") }, headers);
  };

  it.each([
    [
      "one is changed",
      (chunks: string[]) => chunks.map((one) => one.replace("first", "fIrst")),
      "SignatureDoesNotMatch",
    ],
    ["one is sent again", ([a = "", , c = ""]: string[]) => [a, a, c], "SignatureDoesNotMatch"],
    ["the end is cut off", ([a = "", b = ""]: string[]) => [a, b], "IncompleteBody"],
  ])("are refused when %s, and leave nothing", async (_, change, code) => {
    expect((await chunked(change)).code).toBe(code);
    await expectNothing();
  });

  it("are one object when they hold", async () => {
    expect((await chunked()).status).toBe(200);
    expect((await send({ path: "/box/key" })).text).toBe("firstother");
    await send({ method: "DELETE", path: "/box/key" });
  });
});

it.each([
  ["PUT", "/box?versioning"],
  ["PUT", "/box?acl"],
  ["GET", "/box?policy"],
  ["PUT", "/box?lifecycle"],
  ["GET", "/box?cors"],
  ["PUT", "/box/key?tagging"],
  ["GET", "/box/key?torrent"],
  ["POST", "/box/key?restore"],
  ["PUT", "/box/key?retention"],
  ["POST", "/box/key?select&select-type=2"],
  ["PUT", "/box?notification"],
])("%s %s answers that it is not offered", async (method, path) => {
  expect(await send({ method, path })).toMatchObject({ status: 501, code: "NotImplemented" });
});
