import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { awsError } from "./errors.ts";

/** One request as it came. Text of headers is Latin 1, a letter a byte, as Node gives it. */
export interface AwsRequest {
  /** What the answer's `x-amz-request-id` says. */
  readonly id: string;
  readonly method: string;
  /** As it was sent, percent-encoded, without the query. */
  readonly path: string;
  /** Decoded, in the order in which it was sent. */
  readonly query: Query;
  /** By name in small letters; several of one name are joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly incoming: IncomingMessage;
}

export type Query = readonly (readonly [name: string, value: string])[];

/** @throws MediaError (InvalidURI) where the text is not valid percent-encoding */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw awsError("InvalidURI");
  }
}

function queryOf(text: string): Query {
  return text
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const equals = pair.indexOf("=");
      const [name, value] =
        equals === -1 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
      const decoded = (part: string) => percentDecoded(part.replaceAll("+", " "));
      return [decoded(name), decoded(value)] as const;
    });
}

function headersOf({ rawHeaders }: IncomingMessage): Map<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? "";
    const value = rawHeaders[index + 1] ?? "";
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}

/** Reads a request's line and headers. @throws MediaError (InvalidURI) */
export function readRequest(incoming: IncomingMessage): AwsRequest {
  const sent = (incoming.url ?? "/").replace(/^https?:\/\/[^/?#]*/i, "").replace(/#.*$/s, "");
  const mark = sent.indexOf("?");
  const path = mark === -1 ? sent : sent.slice(0, mark);
  return {
    id: randomBytes(8).toString("hex").toUpperCase(),
    method: incoming.method ?? "GET",
    path: path === "" ? "/" : path,
    query: queryOf(mark === -1 ? "" : sent.slice(mark + 1)),
    headers: headersOf(incoming),
    incoming,
  };
}

/** The first value of a query parameter; undefined when it was not sent. */
export function queryValue(request: Pick<AwsRequest, "query">, name: string): string | undefined {
  return request.query.find(([one]) => one === name)?.[1];
}

/** A header's text as UTF-8, which clients send though HTTP knows Latin 1 only; as it came where it is not UTF-8. */
export function utf8(header: string): string {
  const bytes = Buffer.from(header, "latin1");
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? text : header;
}
