import { request, type IncomingHttpHeaders } from "node:http";
import type { AwsRequest } from "../../src/aws/request.ts";
import {
  canonicalRequest,
  scopeText,
  sha256Hex,
  signatureOf,
  signingKey,
} from "../../src/aws/sigv4/canonical.ts";

/** A request to be signed and sent as it is: clients would refuse to send some of these. */
export interface RawRequest {
  readonly method?: string;
  /** With the query, percent-encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Default: `s3`. */
  readonly service?: string;
  /** What `x-amz-content-sha256` says. Default: the hash of the body. */
  readonly payload?: string;
  /** Default: now. */
  readonly at?: number;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The code in an error's document. */
  readonly code: string | undefined;
}

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The headers of a signed request. */
export function signedHeaders(endpoint: string, key: Key, raw: RawRequest): Record<string, string> {
  const { method = "GET", path, body = "", service = "s3", at = Date.now() } = raw;
  const amzDate = new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const payload = raw.payload ?? sha256Hex(typeof body === "string" ? Buffer.from(body) : body);
  const headers: Record<string, string> = {
    ...raw.headers,
    host: new URL(endpoint).host,
    "x-amz-date": amzDate,
    "x-amz-content-sha256": payload,
  };
  const [where = "", search = ""] = path.split("?");
  const names = Object.keys(headers).toSorted();
  const asked: AwsRequest = {
    id: "",
    method,
    path: where,
    query: [...new URLSearchParams(search)],
    headers: new Map(Object.entries(headers)),
    incoming: undefined as never,
  };
  const scope = { date: amzDate.slice(0, 8), region: "us-east-1", service };
  const canonical = canonicalRequest(asked, { headers: names, payload, service });
  const text = ["AWS4-HMAC-SHA256", amzDate, scopeText(scope), sha256Hex(canonical)].join("\n");
  const signature = signatureOf(signingKey(key.secretAccessKey, scope), text);
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scopeText(scope)}, ` +
    `SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { ...headers, authorization };
}

/** Sends a request with these headers, as they are. */
export function sendRaw(
  endpoint: string,
  { method = "GET", path, body = "" }: RawRequest,
  headers: Readonly<Record<string, string>>,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(endpoint);
  const length = { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { hostname, port, method, path, headers: { ...length, ...headers } },
      (incoming) => {
        let text = "";
        incoming.setEncoding("utf8").on("data", (piece: string) => (text += piece));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const [, code] = /<Code>(\w+)<\/Code>/.exec(text) ?? [];
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, code });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Signs a request and sends it. @param to where it is sent, if not to the host that is signed */
export const signAndSend = (
  endpoint: string,
  key: Key,
  raw: RawRequest,
  to = endpoint,
): Promise<RawAnswer> => sendRaw(to, raw, signedHeaders(endpoint, key, raw));
