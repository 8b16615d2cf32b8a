import type { Duplex } from "node:stream";
import { answerHeaders } from "./security/headers.ts";

/** Status and reason for requests that the HTTP parser refuses before they reach the application. */
const parserErrors: Readonly<Record<string, [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, "the request's line and headers are longer than 16 KiB"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "the request did not come in time"],
};

/** A client that is refused gets so long to read why; then its connection is gone, half-closed or not. */
const lastWordsMs = 500;

/** An error of node's HTTP parser, and the bytes that it was reading. */
interface ParserError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
}

/**
 * Whether the answer may have a body. That to HEAD may not: its client would take the body for another
 * answer. When only the end of too long headers came in the last packet, the method is not known.
 */
function mayHaveBody({ code, rawPacket }: ParserError): boolean {
  const line = /^(?:\r\n)*([A-Za-z-]+) /.exec(rawPacket?.toString("latin1", 0, 100) ?? "");
  if (line === null) return code !== "HPE_HEADER_OVERFLOW";
  return line[1] !== "HEAD";
}

/** Answers a request that is not HTTP, or not in time or too long for the parser, and ends the connection. */
export function refuseMalformed(error: ParserError, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const [status, why] = parserErrors[error.code ?? ""] ?? [400, "the request is not HTTP"];
  const body = mayHaveBody(error)
    ? JSON.stringify({ type: "about:blank", status, detail: why })
    : undefined;
  const headers = {
    ...answerHeaders,
    connection: "close",
    ...(body !== undefined && {
      "content-type": "application/problem+json",
      "content-length": String(Buffer.byteLength(body)),
    }),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join("")}\r\n${body ?? ""}`);
  setTimeout(() => socket.destroy(), lastWordsMs).unref();
}
