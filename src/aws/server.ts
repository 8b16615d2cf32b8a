import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { closeServer } from "../api/close-server.ts";
import { collectAfterUploads } from "../api/collect.ts";
import { limitConnections, type ConnectionLimits } from "../api/connections.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import type { Logger } from "../log/log.ts";
import { send } from "./answer.ts";
import { createGateway, type Answered, type GatewayOptions } from "./gateway.ts";

export interface AwsServer {
  readonly port: number;
  /** Takes no more connections, and waits for the answers under way, for so long at most or until the signal. */
  close(graceMs: number, signal: AbortSignal): Promise<void>;
}

export interface AwsServerOptions extends GatewayOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: Pick<Logger, "debug" | "info" | "error">;
  readonly connections?: Partial<ConnectionLimits>;
}

/** The same limits as of the REST interface: clients that drip hold no connection. */
const headersMs = 15_000;
const stillMs = 120_000;
const keepAliveMs = 65_000;
const maxHeaderBytes = 32 * 1024; // metadata, and signatures in URLs
/** What is left of a refused body is read up to here; then the connection ends. */
const restBytes = 4 * 1024 ** 2;

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === "EADDRINUSE" ? "something else listens there already" : error.message;
      reject(new MediaError("invalid_config", `--aws-port ${port}: ${reason}`, { cause: error }));
    });
    server.listen({ host, port }, resolve);
  });
}

/** Reads a short rest of a body that nobody wants, so that the connection can be used again; ends it for a long one. */
function leaveBody(incoming: IncomingMessage, outgoing: ServerResponse): void {
  if (incoming.complete) return;
  const announced = Number(incoming.headers["content-length"] ?? Infinity);
  if (announced > restBytes) outgoing.setHeader("connection", "close");
}

function account(
  { log }: AwsServerOptions,
  told: Answered,
  startedAt: number,
  status: number,
): void {
  const { request, service, caller, error } = told;
  const fields = {
    service,
    method: request?.method,
    path: request?.path,
    status,
    elapsedMs: Math.round(performance.now() - startedAt),
    owner: caller?.owner,
    ...(error && { code: error.code }),
  };
  if (error !== undefined && status >= 500 && status !== 501)
    log.error({ ...fields, err: error.error }, "an AWS request failed");
  else if (request?.method === "GET" || request?.method === "HEAD")
    log.debug(fields, "answered (aws)");
  else log.info(fields, "answered (aws)");
}

/**
 * Answers AWS's protocols on an address.
 * @throws MediaError `invalid_config` when the address is taken
 */
export async function startAwsServer(options: AwsServerOptions): Promise<AwsServer> {
  const { host, port } = options;
  const gateway = createGateway(options);
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    for (const stream of [incoming, outgoing]) stream.on("error", () => {});
    const startedAt = performance.now();
    const { answer: given, told } = await gateway(incoming);
    leaveBody(incoming, outgoing);
    await send(outgoing, given);
    account(options, told, startedAt, given.status);
  };
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void =>
    void answer(incoming, outgoing).catch((error: unknown) => {
      options.log.error({ err: asMediaError(error) }, "an AWS answer broke off");
      outgoing.destroy();
    });
  const server = createServer({ maxHeaderSize: maxHeaderBytes }, listener);
  // a client that asks before it sends its body is told so when the body is wanted
  server.on("checkContinue", (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const read = incoming.iterator.bind(incoming);
    // refused without its body, a client may send it all the same, or its next request: nobody could tell
    outgoing.setHeader("connection", "close");
    incoming.iterator = (how) => {
      outgoing.removeHeader("connection");
      outgoing.writeContinue();
      return read(how);
    };
    listener(incoming, outgoing);
  });
  server.on("checkExpectation", listener); // some expect what no server knows: S3 ignores it
  server.headersTimeout = headersMs;
  server.requestTimeout = 0;
  server.keepAliveTimeout = keepAliveMs;
  server.timeout = stillMs;
  collectAfterUploads(server);
  limitConnections(server, { perAddress: 1_024, total: 4_096, ...options.connections });
  await listen(server, host, port);
  server.on("error", () => {});
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: (graceMs, signal) => closeServer(server, graceMs, signal),
  };
}
