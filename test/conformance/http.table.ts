import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { ask, fresh, objectPath, put, textAt, type Rule, type Service } from "./ask.ts";

/** RFC 9110 and RFC 9530, as far as this server offers what they are about. */

const old = "Thu, 01 Jan 1998 00:00:00 GMT";
const ahead = new Date(Date.now() + 86_400_000).toUTCString();
const digest = (algorithm: string, text: string): string =>
  createHash(algorithm).update(text).digest("base64");

/** A request that changes an object must be refused, and leave it as it was. */
async function refused(
  service: Service,
  status: number,
  method: string,
  headers: Record<string, string>,
  body = "other bytes",
): Promise<void> {
  const { path } = await put(service);
  const sent = method === "DELETE" ? undefined : body;
  const answer = await ask(service, method, path, headers, sent);
  assert.equal(answer.status, status, answer.body.toString());
  assert.equal(answer.headers["content-type"], "application/problem+json");
  assert.equal(await textAt(service, path), "the first bytes");
}

async function removed(service: Service, path: string): Promise<void> {
  await ask(service, "DELETE", path);
}

const methodsAndBodies: readonly Rule[] = [
  {
    section: "9.3.2",
    says: "The server SHOULD send the same header fields in response to a HEAD request as it would have sent if the request method had been GET.",
    does: "yes, without a body",
    async check(service) {
      const { path } = await put(service);
      const [head, got] = [await ask(service, "HEAD", path), await ask(service, "GET", path)];
      for (const one of [head, got]) {
        delete one.headers.date;
        delete one.headers["transfer-encoding"];
      }
      assert.deepEqual([head.status, head.headers], [got.status, got.headers]);
      assert.equal(head.body.length, 0);
    },
  },
  {
    section: "9.3.4",
    says: "If the target resource does not have a current representation and the PUT successfully creates one, then the origin server MUST inform the user agent by sending a 201 (Created) response.",
    does: "201 with `Location` and `ETag`",
    async check(service) {
      const answer = await ask(service, "PUT", objectPath(fresh()), {}, "bytes");
      assert.equal(answer.status, 201);
      assert.ok(answer.headers.location?.startsWith("/v1/media/"));
      assert.equal(answer.headers.etag, `"${createHash("sha256").update("bytes").digest("hex")}"`);
    },
  },
  {
    section: "9.3.4",
    says: "If the target resource does have a current representation and that representation is successfully modified, then the origin server MUST send either a 200 (OK) or a 204 (No Content) response.",
    does: "200",
    async check(service) {
      const { path } = await put(service);
      assert.equal((await ask(service, "PUT", path, {}, "other")).status, 200);
      assert.equal(await textAt(service, path), "other");
    },
  },
  {
    section: "14.5",
    says: "An origin server SHOULD respond with a 400 (Bad Request) status code if it receives Content-Range on a PUT for a target resource that does not support partial PUT requests.",
    does: "400 `invalid_argument`, on every method that changes something; the object stays as it was (`curl -C - -T` sends this)",
    async check(service) {
      for (const range of ["bytes 5-9/20", "bytes 0-4/5", "bytes */20", "nonsense"])
        for (const method of ["PUT", "DELETE"])
          await refused(service, 400, method, { "content-range": range });
      const name = fresh();
      const part = { "content-range": "bytes 5-9/20" };
      assert.equal((await ask(service, "PUT", objectPath(name), part, "part")).status, 400);
      assert.equal(await textAt(service, objectPath(name)), "status 404");
    },
  },
  {
    section: "8.4",
    says: "An origin server MAY respond with a status code of 415 (Unsupported Media Type) if a representation in the request message has a content coding that is not acceptable.",
    does: "415 `unsupported_content` with `Accept-Encoding: identity`; `identity` is taken",
    async check(service) {
      for (const coding of ["gzip", "br", "zstd", "deflate", "aws-chunked", "identity, gzip", "x"])
        await refused(service, 415, "PUT", { "content-encoding": coding });
      const { path } = await put(service);
      const coded = { "content-encoding": "gzip" };
      const answer = await ask(service, "PUT", path, coded, gzipSync("x"));
      assert.equal(answer.headers["accept-encoding"], "identity");
      const plain = { "content-encoding": "Identity" };
      assert.equal((await ask(service, "PUT", path, plain, "as it is")).status, 200);
      assert.equal(await textAt(service, path), "as it is");
      const json = await ask(service, "POST", "/v1/media/x/retry", coded, gzipSync("{}"));
      assert.equal(json.status, 415);
    },
  },
  {
    section: "8.3",
    says: "Content-Type … how that data is intended to be processed by a recipient",
    does: "415 `unsupported_content` for `multipart/…`: a form around a file would be stored as the file",
    check: (service) =>
      refused(service, 415, "PUT", { "content-type": "multipart/form-data; boundary=x" }),
  },
  {
    section: "RFC 9112, 6.1",
    says: "A server that receives a request message with a transfer coding it does not understand SHOULD respond with 501 (Not Implemented).",
    does: "415 `unsupported_content`; only `chunked` is taken",
    async check(service) {
      await refused(service, 415, "PUT", { "transfer-encoding": "gzip, chunked" });
      const { path } = await put(service);
      const chunked = { "transfer-encoding": "chunked" };
      assert.equal((await ask(service, "PUT", path, chunked, "in chunks")).status, 200);
      assert.equal(await textAt(service, path), "in chunks");
    },
  },
  {
    section: "15.5.6",
    says: "The origin server MUST generate an Allow header field in a 405 response containing a list of the target resource's currently supported methods.",
    does: "yes",
    async check(service) {
      for (const method of ["POST", "PATCH", "OPTIONS", "LOCK"]) {
        const answer = await ask(service, method, objectPath("x.bin"));
        assert.equal(answer.status, 405, method);
        assert.equal(answer.headers.allow, "DELETE, GET, HEAD, PUT");
      }
    },
  },
];

const digests: readonly Rule[] = [
  {
    section: "RFC 9530, 2",
    says: "Content-Digest … to communicate digests that are calculated using a hashing algorithm applied to the actual message content.",
    does: "checked: another digest is 400 `digest_mismatch`, and nothing is stored; sha-256, sha-512, sha and md5",
    async check(service) {
      const names = { "sha-256": "sha256", "sha-512": "sha512", sha: "sha1", md5: "md5" };
      for (const [name, node] of Object.entries(names)) {
        const right = { "content-digest": `${name}=:${digest(node, "right")}:` };
        const { path } = await put(service);
        assert.equal((await ask(service, "PUT", path, right, "right")).status, 200, name);
        await refused(service, 400, "PUT", right, "wrong");
      }
      const both = `md5=:${digest("md5", "right")}:, sha-256=:${digest("sha256", "other")}:`;
      await refused(service, 400, "PUT", { "content-digest": both }, "right");
      const json = { "content-digest": `sha-256=:${digest("sha256", "other")}:` };
      assert.equal((await ask(service, "POST", "/v1/keys", json, '{"name":"x"}')).status, 400);
    },
  },
  {
    section: "RFC 9530, 3",
    says: "Repr-Digest … conveys the digest of the representation",
    does: "the same, because no coding is taken; so is the older `Digest`",
    async check(service) {
      const right = digest("sha256", "right");
      for (const header of [
        { "repr-digest": `sha-256=:${right}:` },
        { digest: `SHA-256=${right}` },
      ]) {
        const { path } = await put(service);
        assert.equal((await ask(service, "PUT", path, header, "right")).status, 200);
        await refused(service, 400, "PUT", header, "wrong");
      }
    },
  },
  {
    section: "RFC 1864",
    says: "Content-MD5 … an end-to-end message integrity check",
    does: "checked in the same way",
    async check(service) {
      const header = { "content-md5": digest("md5", "right") };
      const { path } = await put(service);
      assert.equal((await ask(service, "PUT", path, header, "right")).status, 200);
      await refused(service, 400, "PUT", header, "wrong");
    },
  },
  {
    section: "RFC 9530, 2",
    says: "A recipient MAY ignore any or all digests.",
    does: "400 `invalid_argument` where none can be checked: by another algorithm alone, of a wrong length, not base64",
    async check(service) {
      for (const header of [
        { "content-digest": "crc32c=:AAAAAA==:" },
        { "content-digest": "sha-256=:AAAA:" },
        { "content-digest": "sha-256" },
        { "content-digest": "sha-256=:***:" },
        { "repr-digest": "" },
        { "content-md5": "d41d8cd98f00b204e9800998ecf8427e" },
      ] as Record<string, string>[])
        await refused(service, 400, "PUT", header);
    },
  },
];

const preconditions: readonly Rule[] = [
  {
    section: "13.1.1",
    says: "An origin server that receives an If-Match header field MUST NOT perform the requested method if the condition evaluates to false … it MAY indicate that the conditional request failed by responding with a 412 (Precondition Failed) status code.",
    does: "412 `precondition_failed` on PUT, DELETE and the POST orders of a media file; nothing changes",
    async check(service) {
      for (const method of ["PUT", "DELETE"])
        for (const tags of ['"other"', 'W/"weak"', '"a", "b,c"'])
          await refused(service, 412, method, { "if-match": tags });
      const { name, path, etag } = await put(service);
      for (const order of ["retry", "reprocess", "cancel"]) {
        const at = `/v1/media/${name}/${order}`;
        assert.equal((await ask(service, "POST", at, { "if-match": '"other"' })).status, 412);
        assert.ok((await ask(service, "POST", at, { "if-match": etag })).status < 300);
      }
      const listed = { "if-match": `"other", ${etag}` };
      assert.equal((await ask(service, "PUT", path, listed, "next")).status, 200);
      // the same tag names the bytes that are gone
      assert.equal((await ask(service, "PUT", path, listed, "third")).status, 412);
      assert.equal(await textAt(service, path), "next");
      assert.equal((await ask(service, "DELETE", path, { "if-match": "*" })).status, 204);
    },
  },
  {
    section: "13.1.1",
    says: 'If the field value is "*", the condition is false if the origin server has no current representation for the target resource.',
    does: "412; nothing is made",
    async check(service) {
      const path = objectPath(fresh());
      for (const tag of ["*", '"some"'])
        assert.equal((await ask(service, "PUT", path, { "if-match": tag }, "x")).status, 412);
      assert.equal(await textAt(service, path), "status 404");
    },
  },
  {
    section: "13.1.1",
    says: "An origin server MUST use the strong comparison function when comparing entity tags for If-Match.",
    does: '`W/"…"` never matches',
    async check(service) {
      const { path, etag } = await put(service);
      for (const method of ["PUT", "DELETE", "GET"])
        assert.equal((await ask(service, method, path, { "if-match": `W/${etag}` })).status, 412);
      assert.equal(await textAt(service, path), "the first bytes");
    },
  },
  {
    section: "13.1.2",
    says: "An origin server MUST NOT perform the requested method if the If-None-Match condition evaluates to false. Instead, it MUST respond with either the 304 (Not Modified) status code if the request method is GET or HEAD or the 412 (Precondition Failed) status code for all other request methods.",
    does: "yes, with `*` and with any list of tags",
    async check(service) {
      for (const method of ["PUT", "DELETE"])
        await refused(service, 412, method, { "if-none-match": "*" });
      const { path, etag } = await put(service);
      for (const tags of [etag, `W/${etag}`, `"x", ${etag}`, `"x",,${etag} , "y"`]) {
        assert.equal((await ask(service, "PUT", path, { "if-none-match": tags }, "x")).status, 412);
        for (const method of ["GET", "HEAD"]) {
          const answer = await ask(service, method, path, { "if-none-match": tags });
          assert.deepEqual([answer.status, answer.headers.etag], [304, etag]);
          assert.equal(answer.body.length, 0);
        }
      }
      const other = { "if-none-match": '"other"' };
      assert.equal((await ask(service, "PUT", path, other, "next")).status, 200);
      const made = await ask(service, "PUT", objectPath(fresh()), { "if-none-match": "*" }, "x");
      assert.equal(made.status, 201);
    },
  },
  {
    section: "13.1.2",
    says: "If-None-Match … “*” … can be used to prevent an unsafe request method from inadvertently modifying an existing representation … the “lost update” problem.",
    does: "of several that put at the same time, one succeeds",
    async check(service) {
      const path = objectPath(fresh());
      const putting = Array.from({ length: 8 }, (_, index) =>
        ask(service, "PUT", path, { "if-none-match": "*" }, `bytes ${index}`),
      );
      const statuses = (await Promise.all(putting)).map(({ status }) => status).toSorted();
      assert.deepEqual(statuses, [201, 412, 412, 412, 412, 412, 412, 412]);
      const { headers } = await ask(service, "HEAD", path);
      const replacing = Array.from({ length: 8 }, (_, index) =>
        ask(service, "PUT", path, { "if-match": headers.etag ?? "" }, `more ${index}`),
      );
      const replaced = (await Promise.all(replacing)).map(({ status }) => status).toSorted();
      assert.deepEqual(replaced, [200, 412, 412, 412, 412, 412, 412, 412]);
    },
  },
  {
    section: "13.1",
    says: "(a condition on entity tags at an address that has none: keys, subscriptions)",
    does: "412; what cannot be compared is not changed",
    async check(service) {
      for (const condition of [{ "if-match": "*" }, { "if-none-match": "*" }] as Record<
        string,
        string
      >[]) {
        const made = await ask(service, "POST", "/v1/keys", condition, '{"name":"conditional"}');
        assert.equal(made.status, 412);
      }
      const { body } = await ask(service, "GET", "/v1/keys");
      assert.ok(!body.toString().includes("conditional"));
    },
  },
  {
    section: "8.8.3",
    says: "entity-tag = [ weak ] opaque-tag; opaque-tag = DQUOTE *etagc DQUOTE",
    does: "400 `invalid_argument` on a change whose condition is no list of tags; on a GET such an If-None-Match is passed over",
    async check(service) {
      for (const header of ["if-match", "if-none-match"])
        for (const value of ["abc", '"a" "b"', '"a', ""])
          await refused(service, 400, "PUT", { [header]: value });
      const { path } = await put(service);
      assert.equal((await ask(service, "GET", path, { "if-none-match": "abc" })).status, 200);
    },
  },
  {
    section: "13.1.3",
    says: "A recipient MUST ignore If-Modified-Since if the request contains an If-None-Match header field … if the field value is not a valid HTTP-date, or if the request method is neither GET nor HEAD.",
    does: "yes",
    async check(service) {
      const { path, etag } = await put(service);
      const status = async (method: string, headers: Record<string, string>) =>
        (await ask(service, method, path, headers)).status;
      assert.equal(await status("GET", { "if-modified-since": ahead }), 304);
      assert.equal(await status("HEAD", { "if-modified-since": ahead }), 304);
      assert.equal(await status("GET", { "if-modified-since": old }), 200);
      const both = { "if-none-match": '"other"', "if-modified-since": ahead };
      assert.equal(await status("GET", both), 200);
      const known = { "if-none-match": etag, "if-modified-since": old };
      assert.equal(await status("GET", known), 304);
      assert.equal(await status("GET", { "if-modified-since": "yesterday" }), 200);
      assert.equal(await status("DELETE", { "if-modified-since": ahead }), 204);
    },
  },
  {
    section: "13.1.4",
    says: "An origin server that receives an If-Unmodified-Since header field MUST NOT perform the requested method if the condition evaluates to false. … A recipient MUST ignore If-Unmodified-Since if the request contains an If-Match header field … if the received field value is not a valid HTTP-date.",
    does: "412; nothing changes",
    async check(service) {
      for (const method of ["PUT", "DELETE"])
        await refused(service, 412, method, { "if-unmodified-since": old });
      const { path, etag } = await put(service);
      const stale = { "if-unmodified-since": old };
      assert.equal((await ask(service, "GET", path, stale)).status, 412);
      const matched = { "if-match": etag, "if-unmodified-since": old };
      assert.equal((await ask(service, "PUT", path, matched, "two")).status, 200);
      const unread = { "if-unmodified-since": "Jan 1st" };
      assert.equal((await ask(service, "PUT", path, unread, "three")).status, 200);
      const { headers } = await ask(service, "HEAD", path);
      const exact = { "if-unmodified-since": headers["last-modified"] ?? "" };
      assert.equal((await ask(service, "PUT", path, exact, "four")).status, 200);
      const gone = objectPath(fresh());
      assert.equal((await ask(service, "PUT", gone, stale, "new")).status, 201);
    },
  },
  {
    section: "5.6.7",
    says: "A recipient that parses a timestamp value in an HTTP field MUST accept all three HTTP-date formats.",
    does: "yes",
    async check(service) {
      for (const date of [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
      ])
        await refused(service, 412, "PUT", { "if-unmodified-since": date });
    },
  },
  {
    section: "13.2.1",
    says: "A server MUST ignore all received preconditions if its response to the same request without those conditions … would have been a status code other than a 2xx (Successful) or 412 (Precondition Failed).",
    does: "what is not there is 404, a name that cannot be one is 400",
    async check(service) {
      const failing = { "if-match": '"other"' };
      const gone = await ask(service, "DELETE", objectPath(fresh()), failing);
      assert.equal(gone.status, 404);
      const invalid = await ask(service, "PUT", "/v1/objects/a//b", failing, "x");
      assert.equal(invalid.status, 400);
    },
  },
];

const ranges: readonly Rule[] = [
  {
    section: "14.2",
    says: "A server MUST ignore a Range header field received with a request method that is unrecognized or for which range handling is not defined. For this specification, GET is the only method for which range handling is defined.",
    does: "HEAD with Range is answered as without: 200 and the whole length",
    async check(service) {
      const { path } = await put(service);
      for (const range of ["bytes=0-1", "bytes=-1", "bytes=99-"]) {
        const answer = await ask(service, "HEAD", path, { range });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers["content-length"], "15");
        assert.equal(answer.headers["content-range"], undefined);
      }
    },
  },
  {
    section: "14.2",
    says: "An origin server MUST ignore a Range header field that contains a range unit it does not understand.",
    does: "200 with all bytes; so for several ranges and for malformed ones",
    async check(service) {
      const { path } = await put(service);
      for (const range of ["lines=1-2", "bytes=0-1,3-4", "bytes=x", "bytes=5-1"]) {
        const answer = await ask(service, "GET", path, { range });
        assert.deepEqual([answer.status, answer.body.toString()], [200, "the first bytes"]);
      }
    },
  },
  {
    section: "15.3.7",
    says: "A server that generates a 206 response MUST generate … Date, Cache-Control, ETag, Expires, Content-Location, and Vary … if those fields would have been sent in a 200 response. If a single part is being transferred, the server generating the 206 response MUST generate a Content-Range header field.",
    does: "yes",
    async check(service) {
      const { path } = await put(service);
      const whole = await ask(service, "GET", path);
      const part = await ask(service, "GET", path, { range: "bytes=4-8" });
      assert.deepEqual([part.status, part.body.toString()], [206, "first"]);
      assert.equal(part.headers["content-range"], "bytes 4-8/15");
      for (const name of ["cache-control", "etag", "vary", "last-modified"])
        assert.equal(part.headers[name], whole.headers[name]);
      assert.ok(part.headers.date);
    },
  },
  {
    section: "15.5.17",
    says: "A server that generates a 416 response to a byte-range request SHOULD generate a Content-Range header field specifying the current length.",
    does: "`Content-Range: bytes */LENGTH`",
    async check(service) {
      const { path } = await put(service);
      const answer = await ask(service, "GET", path, { range: "bytes=15-" });
      assert.deepEqual([answer.status, answer.headers["content-range"]], [416, "bytes */15"]);
    },
  },
  {
    section: "13.1.5",
    says: "A recipient of an If-Range header field MUST ignore the Range header field if the If-Range condition evaluates to false. Otherwise, the recipient SHOULD process the Range header field as requested.",
    does: "by entity tag (strong), or by the exact `Last-Modified`",
    async check(service) {
      const { path, etag } = await put(service);
      const { headers } = await ask(service, "HEAD", path);
      const status = async (ifRange: string) =>
        (await ask(service, "GET", path, { range: "bytes=0-1", "if-range": ifRange })).status;
      assert.equal(await status(etag), 206);
      assert.equal(await status(headers["last-modified"] ?? ""), 206);
      for (const other of ['"other"', `W/${etag}`, old, ahead, "x"])
        assert.equal(await status(other), 200, other);
    },
  },
  {
    section: "15.4.5",
    says: "The server generating a 304 response MUST generate any of the following header fields that would have been sent in a 200 (OK) response to the same request: Content-Location, Date, ETag, and Vary; Cache-Control and Expires.",
    does: "yes, and `Last-Modified`; no other of the representation",
    async check(service) {
      const { path, etag } = await put(service);
      const { headers } = await ask(service, "GET", path, { "if-none-match": etag });
      for (const name of ["date", "etag", "cache-control", "last-modified"])
        assert.ok(headers[name], name);
      for (const name of ["content-type", "content-length", "content-disposition"])
        assert.equal(headers[name], undefined, name);
    },
  },
  {
    section: "8.8.2.1",
    says: "An origin server with a clock MUST NOT generate a Last-Modified date that is later than the server's time of message origination (Date).",
    does: "yes; it changes with the bytes",
    async check(service) {
      const { path } = await put(service);
      const { headers } = await ask(service, "HEAD", path);
      const [modified, now] = [headers["last-modified"] ?? "", headers.date ?? ""];
      assert.ok(Date.parse(modified) <= Date.parse(now), `${modified} ${now}`);
      await removed(service, path);
    },
  },
];

export const httpRules: readonly Rule[] = [
  ...methodsAndBodies,
  ...digests,
  ...preconditions,
  ...ranges,
];
