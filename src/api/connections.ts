import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export interface ConnectionLimits {
  /** Connections of one address at a time. */
  readonly perAddress: number;
  /** Connections at a time. */
  readonly total: number;
}

/** One connection, and what goes on over it. */
interface Connection {
  readonly socket: Socket;
  readonly address: string;
  /** The request that is under way; undefined while the client has not sent one whole line and headers. */
  request?: IncomingMessage | undefined;
  /** When the request began, or since when one is waited for. */
  since: number;
  bytesBefore: number;
}

/** A body that comes slower than this gives way to a new connection when there are too many. */
const slowBytesPerSecond = 4 * 1024;
/** Neither a body nor a client that has yet to send its request is judged sooner. */
const judgedAfterMs = 1_000;

/** How many bytes of the body come in a second; Infinity when the body is whole, or has only begun. */
function bodyRate({ request, since, bytesBefore, socket }: Connection, now: number): number {
  if (request === undefined || request.complete || now - since < judgedAfterMs) return Infinity;
  return ((socket.bytesRead - bytesBefore) * 1_000) / (now - since);
}

/**
 * The connection that gives way to a new one: the one that has waited longest for a request, else the one
 * whose body drips slowest, else one that has just opened; undefined when all are at work.
 */
function leastWanted(connections: Iterable<Connection>): Connection | undefined {
  const now = performance.now();
  let waiting: Connection | undefined;
  let slowest: Connection | undefined;
  let slowestRate = slowBytesPerSecond;
  for (const one of connections) {
    if (one.request === undefined && one.since < (waiting?.since ?? Infinity)) waiting = one;
    const rate = bodyRate(one, now);
    if (rate < slowestRate) [slowest, slowestRate] = [one, rate];
  }
  if (waiting !== undefined && now - waiting.since > judgedAfterMs) return waiting;
  return slowest ?? waiting;
}

/**
 * Keeps the number of connections within limits, so that clients that open many and send little leave
 * others theirs: a new connection takes the place of one that waits or drips, and is refused only when
 * all others are at work.
 */
export function limitConnections(server: Server, limits: ConnectionLimits): void {
  const all = new Map<Socket, Connection>();
  const byAddress = new Map<string, Set<Connection>>();

  /** Whether there is room for one more, now or after one has given way. */
  const makeRoom = (connections: Iterable<Connection>, number: number, most: number): boolean => {
    if (number < most) return true;
    const leaving = leastWanted(connections);
    if (leaving === undefined) return false;
    leaving.socket.destroy();
    forget(leaving);
    return true;
  };
  const forget = (connection: Connection): void => {
    all.delete(connection.socket);
    const siblings = byAddress.get(connection.address);
    siblings?.delete(connection);
    if (siblings?.size === 0) byAddress.delete(connection.address);
  };

  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? "";
    const others = byAddress.get(address) ?? [];
    const count = byAddress.get(address)?.size ?? 0;
    const isRoom =
      makeRoom(others, count, limits.perAddress) && makeRoom(all.values(), all.size, limits.total);
    if (!isRoom) return void socket.destroy();
    const now = performance.now();
    const connection: Connection = {
      socket,
      address,
      since: now,
      bytesBefore: 0,
    };
    all.set(socket, connection);
    const siblings = byAddress.get(address) ?? new Set();
    byAddress.set(address, siblings.add(connection));
    socket.once("close", () => forget(connection));
  });

  server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
    const connection = all.get(request.socket);
    if (connection === undefined) return;
    connection.request = request;
    connection.since = performance.now();
    connection.bytesBefore = request.socket.bytesRead;
    response.once("close", () => {
      if (connection.request !== request) return;
      connection.request = undefined;
      connection.since = performance.now();
    });
  });
}
