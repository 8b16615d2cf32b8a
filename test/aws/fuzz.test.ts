import fc from "fast-check";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimOfHeader, claimOfQuery } from "../../src/aws/sigv4/credentials.ts";
import { chunkedBytes } from "../../src/aws/sigv4/chunks.ts";
import { canonicalRequest } from "../../src/aws/sigv4/canonical.ts";
import { readRequest, type AwsRequest } from "../../src/aws/request.ts";
import { statedFacts } from "../../src/aws/s3/headers.ts";
import { readXml, xmlDocument } from "../../src/aws/xml.ts";
import { MediaError } from "../../src/media/errors.ts";
import { startAws, type TestAws } from "../support/aws.ts";
import { signAndSend, signedHeaders } from "../support/sign.ts";

/** `npm run fuzz:aws` tries 100,000 cases. */
const cases = Number(process.env["AWS_FUZZ_CASES"] ?? 2_000);
/** The parsers share them. */
const each = { numRuns: Math.ceil(cases / 5) };

/** Every parser takes what it is given, or refuses it as a client's error: what else it throws. */
function fault(parse: () => unknown): unknown {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof MediaError)) return error;
  }
  return undefined;
}

const latin1 = fc.string({
  unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 80,
});
/** A valid text with something in it replaced, doubled or cut. */
const mutated = (valid: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat(valid.length), fc.nat(20), latin1, fc.boolean())
    .map(([at, length, put, twice]) => {
      const text = valid.slice(0, at) + put + valid.slice(at + length);
      return twice ? text + valid : text;
    });

const requestOf = (url: string, rawHeaders: string[] = ["host", "a"]): AwsRequest =>
  readRequest({ url, rawHeaders, method: "GET" } as IncomingMessage);

const authorization =
  "AWS4-HMAC-SHA256 Credential=AKIA/20261201/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=" +
  "a".repeat(64);
const url =
  "/bucket/a%20b?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20261201%2Fr%2Fs3%2Faws4_request" +
  `&X-Amz-Date=20261201T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=${"a".repeat(64)}`;
const chunk = `5;chunk-signature=${"a".repeat(64)}\r\nhello\r\n`;
const body = `${chunk.repeat(3)}0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n`;
const document =
  "<Delete xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Quiet>true</Quiet><Object><Key>a&amp;b</Key></Object></Delete>";

describe("whatever comes, it is understood or refused", () => {
  it("request lines, queries and signatures in them", () => {
    fc.assert(
      fc.property(fc.oneof(mutated(url), latin1), (text) => {
        const thrown = fault(() => {
          const request = requestOf(`/${text}`);
          canonicalRequest(request, { headers: ["host"], payload: "", service: "s3" });
          claimOfQuery(request);
        });
        expect(thrown).toBeUndefined();
      }),
      each,
    );
  });

  it("headers and signatures in them", () => {
    fc.assert(
      fc.property(mutated(authorization), latin1, latin1, (text, name, value) => {
        const thrown = fault(() => {
          const headers = [
            "host",
            "a",
            "x-amz-date",
            "20261201T000000Z",
            `x-amz-meta-${name}`,
            value,
          ];
          const request = requestOf("/", [...headers, "content-encoding", value]);
          statedFacts(request);
          claimOfHeader(request, text);
        });
        expect(thrown).toBeUndefined();
      }),
      each,
    );
  });

  it("bodies in chunks, however they are cut: never more bytes than came", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(mutated(body), latin1),
        fc.integer({ min: 1, max: 50 }),
        async (text, cut) => {
          async function* pieces() {
            for (let at = 0; at < text.length; at += cut)
              yield Buffer.from(text.slice(at, at + cut), "latin1");
          }
          let size = 0;
          try {
            for await (const bytes of chunkedBytes(pieces(), undefined, () => {}))
              size += bytes.length;
          } catch (error) {
            if (!(error instanceof MediaError)) throw error;
          }
          expect(size).toBeLessThanOrEqual(text.length);
        },
      ),
      each,
    );
  });

  it("documents", () => {
    const bombs = [
      "<!DOCTYPE a [<!ENTITY b 'c'>]><Delete>&b;</Delete>",
      "<Delete>".repeat(20_000),
      "<Delete>&#0;</Delete>",
    ];
    for (const bomb of bombs) expect(() => readXml(bomb, "Delete")).toThrow(MediaError);
    fc.assert(
      fc.property(fc.oneof(mutated(document), latin1), (text) => {
        expect(fault(() => readXml(text, "Delete"))).toBeUndefined();
      }),
      each,
    );
  });

  it("documents that are written read as they were meant", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        // XML cannot hold the others at all; clients ask for encoding-type=url
        const isXml = /^[\t\n\r\x20-\ufffd\u{10000}-\u{10ffff}]*$/u.test(text);
        fc.pre(isXml && text.isWellFormed());
        expect(readXml(xmlDocument("Key", text), "Key").text).toBe(text);
      }),
      each,
    );
  });
});

describe("a service that is sent broken requests", () => {
  let aws: TestAws;
  beforeAll(async () => {
    aws = await startAws();
    await signAndSend(aws.endpoint, aws.key, { method: "PUT", path: "/box" });
  });
  afterAll(() => aws.close());

  /** Sends bytes as they are, and returns what comes back until the connection ends or nothing more comes. */
  const exchange = (bytes: Buffer): Promise<string> =>
    new Promise((resolve) => {
      const { hostname, port } = new URL(aws.endpoint);
      let text = "";
      const socket = connect(Number(port), hostname, () => socket.end(bytes));
      socket.on("data", (piece: Buffer) => (text += piece.toString("latin1")));
      socket.on("error", () => {});
      socket.setTimeout(2_000, () => socket.destroy());
      socket.on("close", () => resolve(text));
    });

  it("fails at none, and shows no part of an object", { timeout: 120_000 }, async () => {
    const content = "hello".repeat(3);
    const raw = {
      method: "PUT",
      path: "/box/key",
      payload: "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      headers: {
        "x-amz-decoded-content-length": String(content.length),
        "x-amz-trailer": "x-amz-checksum-crc32",
      },
    };
    const plain = `5\r\nhello\r\n`.repeat(3);
    const valid = `${plain}0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n`;
    const arbitrary = fc.tuple(mutated(valid), fc.boolean(), fc.nat(400), latin1);
    for (const [sent, isHead, at, put] of fc.sample(arbitrary, {
      numRuns: Math.min(cases / 20, 1_000),
      seed: 17,
    })) {
      const headers = signedHeaders(aws.endpoint, aws.key, raw);
      const length = { "content-length": String(Buffer.byteLength(sent, "latin1")) };
      const lines = Object.entries({ ...headers, ...length }).map(
        ([name, value]) => `${name}: ${value}\r\n`,
      );
      const head = `PUT /box/key HTTP/1.1\r\n${lines.join("")}\r\n`;
      const broken = isHead ? head.slice(0, at) + put + head.slice(at + 3) : head;
      const answer = await exchange(Buffer.from(broken + sent, "latin1"));
      expect(answer).not.toMatch(/^HTTP\/1\.1 5(?!01)/);
    }
    const listed = await signAndSend(aws.endpoint, aws.key, { path: "/box?list-type=2" });
    expect(listed.text).toContain("<KeyCount>0</KeyCount>");
    expect(aws.logged()).not.toContain('"level":"error"');
  });
});
