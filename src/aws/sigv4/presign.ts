import type { AwsRequest } from "../request.ts";
import {
  canonicalRequest,
  scopeText,
  sha256Hex,
  signatureOf,
  signingKey,
  uriEncoded,
} from "./canonical.ts";

/**
 * A URL of S3 that gives an object to whoever has it, until it expires.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 * @param options.base scheme and host: `http://127.0.0.1:4701`
 * @param options.now milliseconds since 1970, UTC
 */
export function presignedUrl(options: {
  readonly base: string;
  /** Decoded: `/BUCKET/KEY`. */
  readonly path: string;
  readonly key: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly expiresInSeconds: number;
  readonly now: number;
}): string {
  const { base, key, expiresInSeconds, now } = options;
  const path = options.path.split("/").map(uriEncoded).join("/");
  const amzDate = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = { date: amzDate.slice(0, 8), region: "us-east-1", service: "s3" };
  const query = [
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", `${key.accessKeyId}/${scopeText(scope)}`],
    ["X-Amz-Date", amzDate],
    ["X-Amz-Expires", String(expiresInSeconds)],
    ["X-Amz-SignedHeaders", "host"],
  ] as const;
  const headers = new Map([["host", new URL(base).host]]);
  const request = { method: "GET", path, query, headers } as unknown as AwsRequest;
  const signed = { headers: ["host"], payload: "UNSIGNED-PAYLOAD", service: "s3" };
  const text = [
    "AWS4-HMAC-SHA256",
    amzDate,
    scopeText(scope),
    sha256Hex(canonicalRequest(request, signed)),
  ];
  const signature = signatureOf(signingKey(key.secretAccessKey, scope), text.join("\n"));
  const parameters = query.map(([name, value]) => `${name}=${uriEncoded(value)}`).join("&");
  return `${base}${path}?${parameters}&X-Amz-Signature=${signature}`;
}
