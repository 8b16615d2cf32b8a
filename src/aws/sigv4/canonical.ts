import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { percentDecoded, type AwsRequest } from "../request.ts";

/**
 * Signature Version 4, the parts that are computed.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */

/** For which day, region and service a key signs. */
export interface Scope {
  /** `20261201` */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export const scopeText = ({ date, region, service }: Scope): string =>
  `${date}/${region}/${service}/aws4_request`;

/** Text is Latin 1: headers come so, and all else is ASCII. */
export function sha256Hex(text: string | Uint8Array): string {
  const bytes = typeof text === "string" ? Buffer.from(text, "latin1") : text;
  return createHash("sha256").update(bytes).digest("hex");
}

/** RFC 3986: everything but letters, digits and `-._~` is encoded. */
export function uriEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** S3 encodes each segment once; the others encode again what the client has sent. */
function canonicalPath(path: string, service: string): string {
  const segments = path.split("/");
  if (service !== "s3") return segments.map(uriEncoded).join("/");
  return segments.map((segment) => uriEncoded(percentDecoded(segment))).join("/");
}

function canonicalQuery(query: AwsRequest["query"], without: string | undefined): string {
  return query
    .filter(([name]) => name !== without)
    .map(([name, value]) => [uriEncoded(name), uriEncoded(value)] as const)
    .toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What the signature covers of a request. @param without the query parameter that holds the signature */
export function canonicalRequest(
  { method, path, query, headers }: AwsRequest,
  signed: {
    readonly headers: readonly string[];
    readonly payload: string;
    readonly service: string;
  },
  without?: string,
): string {
  const lines = signed.headers.map(
    (name) => `${name}:${(headers.get(name) ?? "").trim().replace(/ +/g, " ")}\n`,
  );
  return [
    method,
    canonicalPath(path, signed.service),
    canonicalQuery(query, without),
    lines.join(""),
    signed.headers.join(";"),
    signed.payload,
  ].join("\n");
}

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac("sha256", key).update(text, "latin1").digest();

/** The key of a day, a region and a service, which follows from the secret. */
export function signingKey(secretAccessKey: string, { date, region, service }: Scope): Buffer {
  const day = hmac(`AWS4${secretAccessKey}`, date);
  return hmac(hmac(hmac(day, region), service), "aws4_request");
}

/** The signature of a text in hexadecimal. */
export const signatureOf = (key: Buffer, text: string): string => hmac(key, text).toString("hex");

/** Compares in constant time, also where the lengths differ. */
export function sameText(given: string, expected: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}
