import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  ask,
  fresh,
  put,
  textAt,
  objectPath,
  type Answer,
  type Rule,
  type Service,
} from "./ask.ts";

/** tus 1.0.0: what a server must do, for the core and the extensions that this one offers. */

const at = "/v1/uploads";
const tus = { "tus-resumable": "1.0.0" };
const type = { "content-type": "application/offset+octet-stream" };
const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString("base64");

type Headers = Record<string, string>;

const create = (service: Service, name: string, headers: Headers, body = ""): Promise<Answer> =>
  ask(
    service,
    "POST",
    at,
    { ...tus, "upload-metadata": `filename ${base64(name)}`, ...headers },
    body,
  );

/** A new upload. Returns its path. */
async function started(service: Service, length = 10, name = fresh()): Promise<string> {
  const answer = await create(service, name, { "upload-length": String(length) });
  assert.equal(answer.status, 201, answer.body.toString());
  return answer.headers.location ?? "";
}

const patch = (service: Service, path: string, offset: number, body: string, more: Headers = {}) =>
  ask(service, "PATCH", path, { ...tus, ...type, "upload-offset": String(offset), ...more }, body);

const head = (service: Service, path: string): Promise<Answer> => ask(service, "HEAD", path, tus);

async function offsetIs(service: Service, path: string, offset: number): Promise<void> {
  assert.equal((await head(service, path)).headers["upload-offset"], String(offset));
}

const core: readonly Rule[] = [
  {
    section: "Tus-Resumable",
    says: "The Tus-Resumable header MUST be included in every request and response except for OPTIONS requests.",
    does: "in every answer below `/v1/uploads`, errors of every kind included",
    async check(service) {
      const path = await started(service);
      const answers = await Promise.all([
        ask(service, "OPTIONS", at),
        ask(service, "GET", path, tus),
        ask(service, "HEAD", `${at}/none`, tus),
        ask(service, "PUT", path, tus, "x"),
        ask(service, "POST", at, tus),
        ask(service, "PATCH", path, tus, "x"),
        patch(service, path, 3, "x"),
        patch(service, path, 0, "x"),
        ask(service, "POST", `${at}/a/b`, tus),
      ]);
      for (const { status, headers } of answers)
        assert.equal(headers["tus-resumable"], "1.0.0", `status ${status}`);
    },
  },
  {
    section: "Tus-Resumable",
    says: "If the version specified by the Client is not supported by the Server, it MUST respond with the 412 Precondition Failed status and MUST include the Tus-Version header into the response. In addition, the Server MUST NOT process the request.",
    does: "412 `precondition_failed` with `Tus-Version: 1.0.0`, also where the header is missing",
    async check(service) {
      const path = await started(service);
      for (const version of ["0.2.2", "1.0.1", "", undefined]) {
        const said: Headers = version === undefined ? {} : { "tus-resumable": version };
        for (const [method, address] of [
          ["POST", at],
          ["HEAD", path],
          ["PATCH", path],
          ["DELETE", path],
        ] as const) {
          const answer = await ask(service, method, address, {
            ...type,
            "upload-offset": "0",
            ...said,
          });
          assert.deepEqual([answer.status, answer.headers["tus-version"]], [412, "1.0.0"]);
        }
      }
      await offsetIs(service, path, 0);
    },
  },
  {
    section: "Upload-Offset, Upload-Length",
    says: "The value MUST be a non-negative integer.",
    does: "400",
    async check(service) {
      const path = await started(service);
      for (const value of ["-1", "1.5", "x", "01", "1e3", "99999999999999999999"]) {
        const length = { "upload-length": value };
        assert.equal((await create(service, fresh(), length)).status, 400, value);
        const answer = await patch(service, path, 0, "x", { "upload-offset": value });
        assert.equal(answer.status, 400, value);
      }
      await offsetIs(service, path, 0);
    },
  },
  {
    section: "Tus-Max-Size",
    says: "The Tus-Max-Size response header MUST be a non-negative integer indicating the maximum allowed size of an entire upload in bytes.",
    does: "yes, in the answer to OPTIONS",
    async check(service) {
      const { headers } = await ask(service, "OPTIONS", at);
      assert.match(String(headers["tus-max-size"]), /^\d+$/);
    },
  },
  {
    section: "X-HTTP-Method-Override",
    says: "The X-HTTP-Method-Override request header MUST be a string which MUST be interpreted as the request's method by the Server, if the header is presented. The actual method of the request MUST be ignored.",
    does: "yes; the upload must be the caller's for the method that counts",
    async check(service) {
      const over = (method: string) => ({ "x-http-method-override": method });
      const name = fresh();
      const path = await started(service, 6, name);
      for (const [offset, method] of [
        [0, "POST"],
        [3, "PUT"],
      ] as const) {
        const headers = { ...tus, ...type, "upload-offset": String(offset), ...over("PATCH") };
        const answer = await ask(service, method, path, headers, "abc");
        assert.deepEqual(
          [answer.status, answer.headers["upload-offset"]],
          [204, String(offset + 3)],
        );
      }
      assert.equal(await textAt(service, objectPath(name)), "abcabc");
      const other = await started(service);
      const foreign = { ...tus, ...over("DELETE"), "x-owner": "somebody" };
      assert.equal((await ask(service, "POST", other, foreign)).status, 404);
      assert.equal((await ask(service, "POST", other, { ...tus, ...over("GET") })).status, 405);
      assert.equal((await ask(service, "GET", other, { ...tus, ...over("DELETE") })).status, 204);
      assert.equal((await head(service, other)).status, 404);
    },
  },
  {
    section: "HEAD",
    says: "The Server MUST always include the Upload-Offset header in the response for a HEAD request, even if the offset is 0, or the upload is already considered completed. If the size of the upload is known, the Server MUST include the Upload-Length header in the response.",
    does: "yes",
    async check(service) {
      const path = await started(service, 5);
      for (const [offset, bytes] of [
        [0, "abc"],
        [3, "de"],
        [5, ""],
      ] as const) {
        const { status, headers } = await head(service, path);
        assert.deepEqual(
          [status, headers["upload-offset"], headers["upload-length"]],
          [200, String(offset), "5"],
        );
        if (bytes !== "") await patch(service, path, offset, bytes);
      }
    },
  },
  {
    section: "HEAD",
    says: "If the resource is not found, the Server SHOULD return either the 404 Not Found, 410 Gone or 403 Forbidden status without the Upload-Offset header.",
    does: "404, another owner's included",
    async check(service) {
      const path = await started(service);
      for (const answer of [
        await head(service, `${at}/${"0".repeat(32)}`),
        await ask(service, "HEAD", path, { ...tus, "x-owner": "somebody" }),
      ])
        assert.deepEqual([answer.status, answer.headers["upload-offset"]], [404, undefined]);
    },
  },
  {
    section: "HEAD",
    says: "The Server MUST prevent the client and/or proxies from caching the response by adding the Cache-Control: no-store header to the response.",
    does: "yes",
    async check(service) {
      const { headers } = await head(service, await started(service));
      assert.equal(headers["cache-control"], "no-store");
    },
  },
  {
    section: "PATCH",
    says: "All PATCH requests MUST use Content-Type: application/offset+octet-stream, otherwise the server SHOULD return a 415 Unsupported Media Type status.",
    does: "415 `unsupported_content`",
    async check(service) {
      const path = await started(service);
      const plain = { "content-type": "application/octet-stream" };
      assert.equal((await patch(service, path, 0, "x", plain)).status, 415);
      const none = await ask(service, "PATCH", path, { ...tus, "upload-offset": "0" }, "x");
      assert.equal(none.status, 415);
      await offsetIs(service, path, 0);
    },
  },
  {
    section: "PATCH",
    says: "If the offsets do not match, the Server MUST respond with the 409 Conflict status without modifying the upload resource.",
    does: "yes",
    async check(service) {
      const path = await started(service);
      await patch(service, path, 0, "abc");
      for (const offset of [0, 2, 4, 10])
        assert.equal((await patch(service, path, offset, "xyz")).status, 409);
      await offsetIs(service, path, 3);
    },
  },
  {
    section: "PATCH",
    says: "The Server MUST acknowledge successful PATCH requests with the 204 No Content status. It MUST include the Upload-Offset header containing the new offset. The new offset MUST be the sum of the offset before the PATCH request and the number of bytes received and processed or stored during the current PATCH request.",
    does: "yes; after the last byte the object is on the disk and in the catalog",
    async check(service) {
      const name = fresh();
      const path = await started(service, 10, name);
      for (const [offset, next] of [
        [0, 4],
        [4, 4],
        [4, 10],
      ] as const) {
        const answer = await patch(service, path, offset, "0123456789".slice(offset, next));
        assert.deepEqual([answer.status, answer.headers["upload-offset"]], [204, String(next)]);
      }
      assert.equal(await textAt(service, objectPath(name)), "0123456789");
    },
  },
  {
    section: "PATCH",
    says: "If the server receives a PATCH request against a non-existent resource it SHOULD return a 404 Not Found status.",
    does: "404",
    async check(service) {
      assert.equal((await patch(service, `${at}/${"0".repeat(32)}`, 0, "x")).status, 404);
    },
  },
  {
    section: "PATCH",
    says: "(more bytes than the upload has room for)",
    does: "413, nothing is kept",
    async check(service) {
      const path = await started(service, 5);
      assert.equal((await patch(service, path, 0, "abcdef")).status, 413);
      await offsetIs(service, path, 0);
    },
  },
  {
    section: "PATCH",
    says: "(RFC 9110: a part, an encoding, a condition)",
    does: "`Content-Range` 400, `Content-Encoding` 415, a condition that does not hold 412; the offset stays",
    async check(service) {
      const path = await started(service);
      for (const [status, more] of [
        [400, { "content-range": "bytes 0-4/10" }],
        [415, { "content-encoding": "gzip" }],
        [412, { "if-match": '"x"' }],
        [412, { "if-none-match": "*" }],
      ] as const)
        assert.equal((await patch(service, path, 0, "abcde", more)).status, status);
      await offsetIs(service, path, 0);
      assert.equal((await patch(service, path, 0, "abcde", { "if-match": "*" })).status, 204);
    },
  },
  {
    section: "OPTIONS",
    says: "A successful response indicated by the 204 No Content or 200 OK status MUST contain the Tus-Version header. … the Server MUST ignore the [Tus-Resumable] header.",
    does: "204",
    async check(service) {
      for (const headers of [{}, { "tus-resumable": "0.1" }] as Headers[]) {
        const answer = await ask(service, "OPTIONS", at, headers);
        assert.deepEqual([answer.status, answer.headers["tus-version"]], [204, "1.0.0"]);
      }
    },
  },
  {
    section: "Extensions",
    says: "it MUST add `creation` … `creation-with-upload` … `creation-defer-length` … `expiration` … `checksum` … `termination` to the Tus-Extension header",
    does: "those six; not `concatenation` (400), not `checksum-trailer`",
    async check(service) {
      const { headers } = await ask(service, "OPTIONS", at);
      assert.deepEqual(String(headers["tus-extension"]).split(",").toSorted(), [
        "checksum",
        "creation",
        "creation-defer-length",
        "creation-with-upload",
        "expiration",
        "termination",
      ]);
      const partial = { "upload-length": "5", "upload-concat": "partial" };
      assert.equal((await create(service, fresh(), partial)).status, 400);
    },
  },
];

const creation: readonly Rule[] = [
  {
    section: "Creation",
    says: "The Server MUST acknowledge a successful upload creation with the 201 Created status. The Server MUST set the Location header to the URL of the created resource.",
    does: "yes",
    async check(service) {
      assert.match(await started(service), /^\/v1\/uploads\/[0-9a-f]{32}$/);
    },
  },
  {
    section: "Creation",
    says: "The request MUST include one of the following headers: a) Upload-Length … b) Upload-Defer-Length: 1. If the Upload-Defer-Length header contains any other value than 1 the server should return a 400 Bad Request status.",
    does: "400 without either, with both, and with another value",
    async check(service) {
      for (const headers of [
        {},
        { "upload-length": "5", "upload-defer-length": "1" },
        { "upload-defer-length": "0" },
        { "upload-defer-length": "true" },
      ] as Headers[])
        assert.equal((await create(service, fresh(), headers)).status, 400);
    },
  },
  {
    section: "Creation",
    says: "If the length was deferred using Upload-Defer-Length: 1, the Client MUST set the Upload-Length header in the next PATCH request, once the length is known. Once set the length MUST NOT be changed. As long as the length of the upload is not known, the Server MUST set Upload-Defer-Length: 1 in all responses to HEAD requests.",
    does: "yes; another length is 400",
    async check(service) {
      const name = fresh();
      const made = await create(service, name, { "upload-defer-length": "1" });
      const path = made.headers.location ?? "";
      const before = (await head(service, path)).headers;
      assert.deepEqual([before["upload-defer-length"], before["upload-length"]], ["1", undefined]);
      await patch(service, path, 0, "abc");
      assert.equal((await head(service, path)).headers["upload-defer-length"], "1");
      await patch(service, path, 3, "d", { "upload-length": "6" });
      const after = (await head(service, path)).headers;
      assert.deepEqual([after["upload-defer-length"], after["upload-length"]], [undefined, "6"]);
      assert.equal((await patch(service, path, 4, "ef", { "upload-length": "7" })).status, 400);
      assert.equal((await patch(service, path, 4, "ef")).status, 204);
      assert.equal(await textAt(service, objectPath(name)), "abcdef");
    },
  },
  {
    section: "Creation",
    says: "The Upload-Length header MAY be set to 0, indicating that the Client wants to upload an empty file.",
    does: "400 `empty_file`: an empty file is no media",
    async check(service) {
      const answer = await create(service, fresh(), { "upload-length": "0" });
      assert.equal(answer.status, 400);
      assert.match(answer.body.toString(), /empty_file/);
    },
  },
  {
    section: "Creation",
    says: "If the length of the upload exceeds the maximum, which MAY be specified using the Tus-Max-Size header, the Server MUST respond with the 413 Request Entity Too Large status.",
    does: "yes, also when a deferred length turns out to be too large",
    async check(service) {
      const { headers } = await ask(service, "OPTIONS", at);
      const tooLong = { "upload-length": String(Number(headers["tus-max-size"]) + 1) };
      assert.equal((await create(service, fresh(), tooLong)).status, 413);
      const deferred = await create(service, fresh(), { "upload-defer-length": "1" });
      const path = deferred.headers.location ?? "";
      assert.equal((await patch(service, path, 0, "x", tooLong)).status, 413);
    },
  },
  {
    section: "Upload-Metadata",
    says: "The Upload-Metadata request and response header MUST consist of one or more comma-separated key-value pairs. The key and value MUST be separated by a space. The key MUST NOT contain spaces and commas and MUST NOT be empty. … the value MUST be Base64 encoded. All keys MUST be unique.",
    does: "400, and no upload is made",
    async check(service) {
      const name = `filename ${base64(fresh())}`;
      for (const metadata of [
        "",
        ",",
        `${name},`,
        `${name},${name}`,
        `${name},a b c`,
        `${name}, b`,
        `${name},é ${base64("x")}`,
        "filename ***",
        "filename YQ",
        "filename YQ=",
      ]) {
        const headers = { "upload-length": "5", "upload-metadata": metadata };
        assert.equal((await create(service, "x", headers)).status, 400, metadata);
      }
    },
  },
  {
    section: "Upload-Metadata",
    says: "If an upload contains additional metadata, responses to HEAD requests MUST include the Upload-Metadata header and its value as specified by the Client during the creation.",
    does: "exactly as it was sent, and nothing of ours in it",
    async check(service) {
      const given = `filetype ${base64("video/mp4")},is_confidential,filename ${base64(fresh())},owner ${base64("x")},note `;
      const answer = await create(service, "", { "upload-length": "5", "upload-metadata": given });
      assert.equal(answer.status, 201, answer.body.toString());
      const { headers } = await head(service, answer.headers.location ?? "");
      assert.equal(headers["upload-metadata"], given.trim());
    },
  },
  {
    section: "Upload-Metadata",
    says: "Since metadata can contain arbitrary binary values, Servers SHOULD carefully validate metadata values",
    does: "400 where a value is not UTF-8 (two names in Latin-1 would become one), where `replace` is neither `true` nor `false`, where a name cannot be one",
    async check(service) {
      for (const bytes of [
        [0xe9],
        [0xe8],
        [0xc0, 0xaf],
        [0xed, 0xa0, 0x80],
        [0xff, 0xfe, 0x61, 0],
      ]) {
        const name = Buffer.concat([Buffer.from("r"), Buffer.from(bytes), Buffer.from(".mp4")]);
        const metadata = { "upload-length": "5", "upload-metadata": `filename ${base64(name)}` };
        assert.equal((await create(service, "", metadata)).status, 400);
      }
      const named = `filename ${base64(fresh())}`;
      for (const value of ["no", "False", "0", "", "true "]) {
        const replace = `${named},replace ${base64(value)}`;
        const headers = { "upload-length": "5", "upload-metadata": replace };
        assert.equal((await create(service, "", headers)).status, 400, value);
      }
      for (const name of ["a.mp4\n", "\ta.mp4", "a.mp4\u0085", "a\r/b.mp4", "", "a\0.mp4"])
        assert.equal((await create(service, name, { "upload-length": "5" })).status, 400, name);
    },
  },
  {
    section: "Creation (RFC 9110, 13)",
    says: "If-None-Match, If-Match, If-Unmodified-Since",
    does: "they are about the media file with the upload's name: 412 at the creation, and again at the end when it was changed meanwhile",
    async check(service) {
      const { name, path, etag } = await put(service);
      const length = { "upload-length": "5" };
      for (const condition of [
        { "if-none-match": "*" },
        { "if-none-match": etag },
        { "if-match": '"other"' },
        { "if-unmodified-since": "Thu, 01 Jan 1998 00:00:00 GMT" },
      ] as Headers[])
        assert.equal((await create(service, name, { ...length, ...condition })).status, 412);
      const later = fresh();
      const free = await create(service, later, { ...length, "if-none-match": "*" });
      const same = await create(service, name, { ...length, "if-match": etag });
      assert.deepEqual([free.status, same.status], [201, 201]);
      await ask(service, "PUT", objectPath(later), {}, "taken");
      await ask(service, "PUT", path, {}, "changed");
      for (const made of [free, same])
        assert.equal((await patch(service, made.headers.location ?? "", 0, "01234")).status, 412);
      assert.equal(await textAt(service, objectPath(later)), "taken");
      assert.equal(await textAt(service, path), "changed");
    },
  },
  {
    section: "Creation With Upload",
    says: "The Client MUST include the Content-Type: application/offset+octet-stream header. The Server SHOULD accept as many bytes as possible and MUST include the Upload-Offset header in the response and MUST set its value to the offset of the upload after applying the accepted bytes.",
    does: "yes; bytes of another type are 415",
    async check(service) {
      const name = fresh();
      const made = await create(service, name, { ...type, "upload-length": "6" }, "abc");
      assert.deepEqual([made.status, made.headers["upload-offset"]], [201, "3"]);
      await patch(service, made.headers.location ?? "", 3, "def");
      assert.equal(await textAt(service, objectPath(name)), "abcdef");
      const plain = { "content-type": "text/plain", "upload-length": "3" };
      assert.equal((await create(service, fresh(), plain, "abc")).status, 415);
    },
  },
];

const others: readonly Rule[] = [
  {
    section: "Expiration",
    says: "This header MUST be included in every PATCH response if the upload is going to expire. If the expiration is known at the creation, the Upload-Expires header MUST be included in the response to the initial POST request. … The value MUST be in RFC 9110 datetime format.",
    does: "yes, 24 hours after the creation",
    async check(service) {
      const made = await create(service, fresh(), { "upload-length": "10" });
      const patched = await patch(service, made.headers.location ?? "", 0, "abc");
      for (const { headers } of [made, patched]) {
        const said = String(headers["upload-expires"]);
        assert.equal(new Date(said).toUTCString(), said);
        assert.ok(Math.abs(Date.parse(said) - Date.now() - 86_400_000) < 60_000, said);
      }
    },
  },
  {
    section: "Checksum",
    says: "Once the entire request has been received, the Server MUST verify the uploaded chunk against the provided checksum … 460 Checksum Mismatch … the uploaded chunk MUST be discarded, and the upload and its offset MUST NOT be updated. The Server MUST support at least the SHA1 checksum algorithm.",
    does: "460 `digest_mismatch`; `Content-Digest` and its relatives are checked in the same way, with 400",
    async check(service) {
      const name = fresh();
      const path = await started(service, 10, name);
      const sum = (algorithm: string, text: string) => ({
        "upload-checksum": `${algorithm} ${createHash(algorithm).update(text).digest("base64")}`,
      });
      assert.equal((await patch(service, path, 0, "abcde", sum("sha1", "abcde"))).status, 204);
      for (const algorithm of ["sha1", "sha256", "sha512", "md5"]) {
        const answer = await patch(service, path, 5, "fghij", sum(algorithm, "other"));
        assert.deepEqual([answer.status, answer.headers["tus-resumable"]], [460, "1.0.0"]);
        await offsetIs(service, path, 5);
      }
      const digest = createHash("sha256").update("other").digest("base64");
      const content = { "content-digest": `sha-256=:${digest}:` };
      assert.equal((await patch(service, path, 5, "fghij", content)).status, 400);
      await offsetIs(service, path, 5);
      assert.equal(await textAt(service, objectPath(name)), "status 404");
      assert.equal((await patch(service, path, 5, "fghij", sum("sha256", "fghij"))).status, 204);
      assert.equal(await textAt(service, objectPath(name)), "abcdefghij");
    },
  },
  {
    section: "Checksum",
    says: "400 Bad Request if the checksum algorithm is not supported by the server … the uploaded chunk MUST be discarded",
    does: "yes; so is a malformed one",
    async check(service) {
      const path = await started(service);
      for (const value of ["crc32 AAAAAA==", "sha1", "sha1 AAAA", "sha1 ***", "toString AAAA"])
        assert.equal(
          (await patch(service, path, 0, "a", { "upload-checksum": value })).status,
          400,
        );
      await offsetIs(service, path, 0);
    },
  },
  {
    section: "Checksum",
    says: "The Tus-Checksum-Algorithm header MUST be included in the response to an OPTIONS request.",
    does: "`sha1,sha256,sha512,md5`",
    async check(service) {
      const { headers } = await ask(service, "OPTIONS", at);
      assert.equal(headers["tus-checksum-algorithm"], "sha1,sha256,sha512,md5");
    },
  },
  {
    section: "Termination",
    says: "When receiving a DELETE request for an existing upload the Server SHOULD free associated resources and MUST respond with the 204 No Content status confirming that the upload was terminated. For all future requests to this URL, the Server SHOULD respond with the 404 Not Found or 410 Gone status.",
    does: "204, then 404",
    async check(service) {
      const path = await started(service);
      assert.equal((await ask(service, "DELETE", path, tus)).status, 204);
      assert.equal((await head(service, path)).status, 404);
      assert.equal((await patch(service, path, 0, "x")).status, 404);
      assert.equal((await ask(service, "DELETE", path, tus)).status, 404);
    },
  },
];

export const tusRules: readonly Rule[] = [...core, ...creation, ...others];
