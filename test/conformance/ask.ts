import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import type { StartedApi } from "../../src/api/server.fixture.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Service = Pick<StartedApi, "port" | "add" | "dailies">;

/** Sends exactly these headers, and reads the whole answer. */
export function ask(
  { port }: Pick<Service, "port">,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders = {},
  body?: string | Uint8Array,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, method, path, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** One sentence of a specification, what this server does about it, and how that is tried. */
export interface Rule {
  readonly section: string;
  readonly says: string;
  readonly does: string;
  readonly check: (service: Service) => Promise<void>;
}

let count = 0;
/** A name that no other rule uses. */
export const fresh = (ending = "bin"): string => `rule-${(count += 1)}.${ending}`;

export const objectPath = (name: string): string => `/v1/objects/${encodeURIComponent(name)}`;

/** Puts bytes under a new name. Returns its path and its ETag. */
export async function put(service: Service, text = "the first bytes") {
  const name = fresh();
  const path = objectPath(name);
  const { headers } = await ask(service, "PUT", path, {}, text);
  return { name, path, etag: headers.etag ?? "" };
}

export async function textAt(service: Service, path: string): Promise<string> {
  const { status, body } = await ask(service, "GET", path);
  return status === 200 ? body.toString() : `status ${status}`;
}
