import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import type { MediaError } from "../../media/errors.ts";
import type { AwsRequest } from "../request.ts";
import { chunkedBytes } from "./chunks.ts";
import type { Verified } from "./verified.ts";
import { verify } from "./verify.ts";

/**
 * The examples that AWS publishes, with their signatures:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, sigv4-query-string-auth.html
 * and sigv4-streaming.html
 */
const accessKeyId = "AKIAIOSFODNN7EXAMPLE";
const secretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const at = Date.UTC(2013, 4, 24);
const caller = { owner: "local", scopes: ["read"] as const };
const access = {
  signer: async (id: string) => (id === accessKeyId ? { caller, secretAccessKey } : undefined),
};
const nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function request(path: string, given: Partial<Record<string, string>>, method = "GET"): AwsRequest {
  const [where = "", search = ""] = path.split("?");
  const headers = new Map([["host", "examplebucket.s3.amazonaws.com"]]);
  for (const [name, value = ""] of Object.entries(given)) headers.set(name, value);
  const query = [...new URLSearchParams(search)];
  return { id: "1", method, path: where, query, headers, incoming: {} as IncomingMessage };
}

const check = (one: AwsRequest, now = at): Promise<Verified | undefined> =>
  verify(one, { access, now }, async () => nothing);
const refusal = (one: AwsRequest, now = at): Promise<unknown> =>
  check(one, now).then(
    () => "accepted",
    (error: MediaError) => error.details["aws"],
  );

const authorization = (signed: string, signature: string): string =>
  `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20130524/us-east-1/s3/aws4_request,` +
  `SignedHeaders=${signed},Signature=${signature}`;

const get = {
  range: "bytes=0-9",
  "x-amz-content-sha256": nothing,
  "x-amz-date": "20130524T000000Z",
  authorization: authorization(
    "host;range;x-amz-content-sha256;x-amz-date",
    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  ),
};

describe("a signature of version 4 in the header", () => {
  it("of AWS's example holds, and names the caller", async () => {
    expect(await check(request("/test.txt", get))).toEqual({
      caller,
      service: "s3",
      region: "us-east-1",
      payload: { kind: "hash", sha256: nothing },
    });
  });

  it.each([
    ["another path", request("/test.tx", get), "SignatureDoesNotMatch"],
    ["another method", request("/test.txt", get, "DELETE"), "SignatureDoesNotMatch"],
    ["another query", request("/test.txt?a=b", get), "SignatureDoesNotMatch"],
    [
      "another range",
      request("/test.txt", { ...get, range: "bytes=0-8" }),
      "SignatureDoesNotMatch",
    ],
    [
      "another body",
      request("/test.txt", { ...get, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" }),
      "SignatureDoesNotMatch",
    ],
    [
      "a header that is not signed",
      request("/test.txt", { ...get, "x-amz-copy-source": "/a/b" }),
      "AccessDenied",
    ],
    [
      "an unknown key",
      request("/test.txt", { ...get, authorization: get.authorization.replace("AKIA", "AKIB") }),
      "InvalidAccessKeyId",
    ],
    [
      "another region",
      request("/test.txt", {
        ...get,
        authorization: get.authorization.replace("us-east-1", "us-east-2"),
      }),
      "SignatureDoesNotMatch",
    ],
    [
      "another service",
      request("/test.txt", { ...get, authorization: get.authorization.replace("/s3/", "/sts/") }),
      "SignatureDoesNotMatch",
    ],
    [
      "another day",
      request("/test.txt", {
        ...get,
        authorization: get.authorization.replace("20130524", "20130523"),
      }),
      "SignatureDoesNotMatch",
    ],
    [
      "a host that is not signed",
      request("/test.txt", { ...get, authorization: get.authorization.replace("host;", "") }),
      "AuthorizationHeaderMalformed",
    ],
    [
      "no hash of the body",
      request("/test.txt", { ...get, "x-amz-content-sha256": undefined }),
      "SignatureDoesNotMatch",
    ],
    [
      "version 2",
      request("/test.txt", { ...get, authorization: "AWS AKIA:c2ln" }),
      "InvalidRequest",
    ],
    ["two signatures", request("/test.txt?AWSAccessKeyId=a", get), "InvalidArgument"],
  ])("does not hold for %s", async (_, one, code) => {
    expect(await refusal(one)).toBe(code);
  });

  it("does not hold with a clock that differs by more than 15 minutes", async () => {
    const one = request("/test.txt", get);
    expect(await refusal(one, at + 15 * 60_000)).toBe("accepted");
    expect(await refusal(one, at + 15 * 60_000 + 1)).toBe("RequestTimeTooSkewed");
    expect(await refusal(one, at - 15 * 60_000 - 1)).toBe("RequestTimeTooSkewed");
  });

  it("is asked for: a request without one has no caller", async () => {
    expect(await check(request("/test.txt", {}))).toBeUndefined();
  });
});

describe("a signature of version 4 in the query", () => {
  const url =
    `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${accessKeyId}%2F20130524%2Fus-east-1%2Fs3%2Faws4_request` +
    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
    "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

  it("of AWS's example holds for a day", async () => {
    expect(await check(request(url, {}), at + 86_399_999)).toMatchObject({
      payload: { kind: "unsigned" },
    });
    expect(await refusal(request(url, {}), at + 86_400_000)).toBe("AccessDenied");
    expect(await refusal(request(url, {}), at - 15 * 60_000 - 1)).toBe("AccessDenied");
  });

  it("does not hold for longer than was signed, nor for more than a week", async () => {
    const longer = url.replace("Expires=86400", "Expires=86401");
    expect(await refusal(request(longer, {}))).toBe("SignatureDoesNotMatch");
    const tooLong = url.replace("Expires=86400", "Expires=604801");
    expect(await refusal(request(tooLong, {}))).toBe("AuthorizationQueryParametersError");
  });
});

describe("a body in signed chunks", () => {
  const seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
  const put = {
    date: "Fri, 24 May 2013 00:00:00 GMT",
    host: "s3.amazonaws.com",
    "content-encoding": "aws-chunked",
    "content-length": "66824",
    "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "x-amz-date": "20130524T000000Z",
    "x-amz-decoded-content-length": "66560",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
    authorization: authorization(
      "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
      seed,
    ),
  };
  const chunk = (size: number, signature: string): string =>
    `${size.toString(16)};chunk-signature=${signature}\r\n${"a".repeat(size)}\r\n`;
  const first = chunk(65_536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648");
  const second = chunk(1_024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497");
  const end = chunk(0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");

  const decoded = async (text: string, piece = text.length): Promise<unknown> => {
    const verified = await check(request("/examplebucket/chunkObject.txt", put, "PUT"));
    const payload = verified?.payload;
    if (payload?.kind !== "chunked") throw new Error("it is not chunked");
    async function* pieces() {
      for (let from = 0; from < text.length; from += piece)
        yield Buffer.from(text.slice(from, from + piece));
    }
    let size = 0;
    try {
      for await (const bytes of chunkedBytes(pieces(), payload.signing, () => {}))
        size += bytes.byteLength;
    } catch (error) {
      return (error as MediaError).details["aws"];
    }
    return size;
  };

  it("of AWS's example holds, however it is cut", async () => {
    for (const piece of [1e9, 65_536, 1_000, 7])
      expect(await decoded(first + second + end, piece)).toBe(66_560);
  });

  it.each([
    ["a chunk is sent again", first + first + second + end, "SignatureDoesNotMatch"],
    ["chunks change places", second + first + end, "SignatureDoesNotMatch"],
    ["a chunk is left out", first + end, "SignatureDoesNotMatch"],
    [
      "a letter is changed",
      first.replace("aa\r\n", "ab\r\n") + second + end,
      "SignatureDoesNotMatch",
    ],
    ["the end is missing", first + second, "IncompleteBody"],
    ["a signature is missing", first + second.replace(/;.*/, "") + end, "SignatureDoesNotMatch"],
    [
      "a chunk is longer than it says",
      first.replace("10000;", "ffff;") + second + end,
      "SignatureDoesNotMatch",
    ],
    ["it breaks off", first.slice(0, 1_000), "IncompleteBody"],
    ["it is no such body", "a".repeat(5_000), "IncompleteBody"],
  ])("does not hold when %s", async (_, text, code) => {
    expect(await decoded(text)).toBe(code);
  });
});
