import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How a server answers one request. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

/** A real server on this machine that behaves as it is told, one behaviour a request; the last stays. */
export async function openServer(...behaviours: Behaviour[]) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    response.on("error", () => {});
    const behave = behaviours[asked.length] ?? behaviours.at(-1);
    asked.push(request);
    behave?.(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    /** All requests so far. */
    asked,
    /** From which byte on each request asked. */
    ranges: () => asked.map(({ headers }) => headers.range),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

type Facts = { readonly etag?: string; readonly "last-modified"?: string };

/** As a good server does: whole, or from the byte on that is asked for if it is the same file. */
export const serve =
  (bytes: Buffer, facts: Facts = { etag: '"one"' }): Behaviour =>
  (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const condition = request.headers["if-range"];
    const isSame = condition === undefined || condition === (facts.etag ?? facts["last-modified"]);
    if (from === 0 || !isSame) {
      response.writeHead(200, { ...facts, "content-length": bytes.length }).end(bytes);
    } else if (from >= bytes.length)
      response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
    else {
      const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
      response
        .writeHead(206, { ...facts, "content-range": range, "content-length": bytes.length - from })
        .end(bytes.subarray(from));
    }
  };

/** Announces all and sends less; then it hangs up. */
export const breakOff =
  (bytes: Buffer, at: number, facts: Facts = { etag: '"one"' }): Behaviour =>
  (_request, response) => {
    response.writeHead(200, { ...facts, "content-length": bytes.length });
    response.write(bytes.subarray(0, at), () => setTimeout(() => response.destroy(), 50));
  };

/** Sends a part and then nothing, for ever. */
export const fallSilent =
  (bytes: Buffer, at: number): Behaviour =>
  (_request, response) => {
    response.writeHead(200, { etag: '"one"', "content-length": bytes.length });
    if (at > 0) response.write(bytes.subarray(0, at));
    else response.flushHeaders();
  };

/** Sends all, whatever was asked for. */
export const ignoreRange =
  (bytes: Buffer): Behaviour =>
  (_request, response) => {
    response.writeHead(200, { etag: '"one"', "content-length": bytes.length }).end(bytes);
  };

export const answer =
  (status: number, headers: Record<string, string> = {}, body = ""): Behaviour =>
  (_request, response) => {
    response.writeHead(status, headers).end(body);
  };
