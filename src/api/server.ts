import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { ApiApp } from "./environment.ts";
import { getRequestListener } from "@hono/node-server";
import { asMediaError, MediaError } from "../media/errors.ts";
import { closeServer } from "./close-server.ts";
import { collectAfterUploads } from "./collect.ts";
import { limitConnections, type ConnectionLimits } from "./connections.ts";
import { refuseMalformed } from "./malformed.ts";
import { hasDotSegment } from "./names.ts";
import { problemResponse } from "./problems.ts";
import { answerHeaders } from "./security/headers.ts";
import { isSameUser } from "./security/peer.ts";

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

/** Headers must arrive within this time. A client that sends them very slowly would hold a connection. */
const headersMs = 15_000;
/** A connection without traffic for this time is cut. A stream of events has heartbeats. */
const stillMs = 120_000;
const keepAliveMs = 65_000;
/** How often it is looked for clients that are late. */
const checkMs = 2_000;
const defaultConnections: ConnectionLimits = { perAddress: 256, total: 4_096 };
/** The largest size of a request's line and headers together. */
const maxHeaderBytes = 16 * 1024;

/** Refuses a request before the application sees it. What else it sends is not read. */
function refuse(outgoing: ServerResponse, error: MediaError): void {
  const response = problemResponse(error, { ...answerHeaders, connection: "close" });
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  void response.text().then((body) => outgoing.end(body));
}

/** The error of a request that the parser has accepted; undefined when it is valid. */
function wrongRequest(incoming: IncomingMessage): MediaError | undefined {
  const hosts = incoming.rawHeaders.filter(
    (name, index) => index % 2 === 0 && name.toLowerCase() === "host",
  );
  // of two, a proxy before us might have believed the other one
  if (hosts.length !== 1)
    return new MediaError("invalid_argument", "the request must have one Host header");
  // another program, for example a proxy, might resolve the path differently
  if (hasDotSegment(sentPath(incoming)))
    return new MediaError("invalid_name", "the path has the segment `.` or `..`");
  const { "transfer-encoding": coding = "chunked" } = incoming.headers;
  // the parser undoes the chunks, and nothing else: what is compressed would be kept compressed
  if (coding.trim().toLowerCase() !== "chunked")
    return new MediaError("unsupported_content", `Transfer-Encoding ${coding} is not taken`);
  return undefined;
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
  /**
   * Whether users of this machine are told apart: then each is looked up as it connects, when its
   * connection is sure to be open. Default: no.
   */
  readonly looksUpUsers?: boolean;
  /** Default: 256 of one address, 4,096 in all. */
  readonly connections?: Partial<ConnectionLimits>;
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
        answerHeaders,
      ),
  });
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      requireHostHeader: false, // our own check says it as a problem document
      connectionsCheckingInterval: checkMs,
    },
    (incoming, outgoing) => {
      // Broken connections are ignored here. Without a listener, such an error would end the whole service.
      for (const stream of [incoming, outgoing]) stream.on("error", () => {});
      const wrong = wrongRequest(incoming);
      if (wrong !== undefined) return refuse(outgoing, wrong);
      void listener(incoming, outgoing).catch((error: Error) => outgoing.destroy(error));
    },
  );
  server.headersTimeout = headersMs;
  server.requestTimeout = 0; // an upload may take hours, as long as bytes come
  server.keepAliveTimeout = keepAliveMs;
  server.timeout = stillMs;
  server.on("clientError", refuseMalformed);
  collectAfterUploads(server);
  limitConnections(server, { ...defaultConnections, ...options.connections });
  if (options.looksUpUsers === true) server.on("connection", (socket) => void isSameUser(socket));
  await listen(server, host, port);
  server.on("error", () => {}); // a connection could not be accepted, for example because of too many open files
  const address = server.address();
  return {
    host,
    port: typeof address === "object" && address !== null ? address.port : port,
    close: (graceMs, signal) => closeServer(server, graceMs, signal),
  };
}
