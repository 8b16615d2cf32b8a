import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { ApiApp } from "./environment.ts";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { asMediaError, MediaError } from "../media/errors.ts";
import { hasDotSegment } from "./names.ts";
import { problemResponse } from "./problems.ts";

export interface ApiServer {
  /** Where it listens. */
  readonly host: string;
  readonly port: number;
  /**
   * Takes no more connections, ends idle ones, and waits until the answers under way are given, for
   * so long at most or until the signal; then it cuts them off.
   */
  close(graceMs: number, signal: AbortSignal): Promise<void>;
}

/** Headers must be there within this time: who sends them drop by drop holds a connection for nothing. */
const headersMs = 15_000;
/** A connection on which nothing moves for so long is cut; a stream of events has its heartbeats. */
const stillMs = 120_000;
const keepAliveMs = 65_000;
/** How often a server that closes looks for connections whose answer has been given meanwhile. */
const idleLookMs = 50;
/** Of a request's line and headers together. */
const maxHeaderBytes = 16 * 1024;

/** What the HTTP parser refuses never reaches the application. */
const parserErrors: Readonly<Record<string, [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, "the request's line and headers are longer than 16 KiB"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "the request did not come in time"],
};

function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const [status, why] = parserErrors[error.code ?? ""] ?? [400, "the request is not HTTP"];
  const body = JSON.stringify({ type: "about:blank", status, detail: why });
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function answer(outgoing: ServerResponse, response: Response): void {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  void response.text().then((body) => outgoing.end(body));
}

/** The path as it was sent, before anything has read it. */
function sentPath({ url = "" }: IncomingMessage): string {
  return url.replace(/^https?:\/\/[^/?#]*/i, "").replace(/[?#].*$/s, "");
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: `--port ${port}: something else listens there on ${host} already`,
        EACCES: `--port ${port}: this user may not listen there`,
        EADDRNOTAVAIL: `--host ${host}: it is no address of this machine`,
        ENOTFOUND: `--host ${host}: there is no such host`,
      };
      const reason = reasons[error.code ?? ""];
      reject(reason === undefined ? asMediaError(error) : new MediaError("invalid_config", reason));
    });
    server.listen({ host, port }, resolve);
  });
}

/**
 * Answers HTTP on an address. Port 0 takes a free one.
 * @throws MediaError `invalid_config` when the address is taken or is none of this machine
 */
export async function startServer(options: {
  readonly app: Pick<ApiApp, "fetch">;
  readonly host: string;
  readonly port: number;
}): Promise<ApiServer> {
  const { app, host, port } = options;
  const listener = getRequestListener(app.fetch, {
    hostname: host.includes(":") ? `[${host}]` : host,
    errorHandler: (error) =>
      problemResponse(
        new MediaError(
          "invalid_argument",
          `the request cannot be read: ${(error as Error).message}`,
        ),
      ),
  });
  const server = createServer(
    { maxHeaderSize: maxHeaderBytes, requireHostHeader: true },
    (incoming, outgoing) => {
      const path = sentPath(incoming);
      // What breaks a connection is its client's affair: unheard it would end the whole service.
      for (const stream of [incoming, outgoing]) stream.on("error", () => {});
      if (!hasDotSegment(path))
        return void listener(incoming, outgoing).catch((error: Error) => outgoing.destroy(error));
      // who reads it next, a proxy say, might make another path of it
      const error = new MediaError("invalid_name", "the path has the segment `.` or `..`");
      answer(outgoing, problemResponse(error));
    },
  );
  server.headersTimeout = headersMs;
  server.requestTimeout = 0; // an upload may take hours, as long as bytes come
  server.keepAliveTimeout = keepAliveMs;
  server.timeout = stillMs;
  server.on("clientError", refuseMalformed);
  await listen(server, host, port);
  server.on("error", () => {}); // a connection that could not be accepted: with too many open files, say
  const address = server.address();
  return {
    host,
    port: typeof address === "object" && address !== null ? address.port : port,
    async close(graceMs, signal) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const looking = setInterval(() => server.closeIdleConnections(), idleLookMs);
      const cut = () => server.closeAllConnections();
      const timer = setTimeout(cut, graceMs);
      signal.addEventListener("abort", cut);
      if (signal.aborted) cut();
      await closed;
      clearInterval(looking);
      clearTimeout(timer);
      signal.removeEventListener("abort", cut);
    },
  };
}
