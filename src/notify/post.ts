import type { IncomingMessage } from "node:http";
import { asMediaError } from "../media/errors.ts";
import type { Sent } from "./notice.ts";
import { createGuard } from "./public-address.ts";
import type { Reach } from "./reach.ts";
import { longestDelayMs } from "./schedule.ts";

/** What is posted to a receiver. */
export interface Post {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Options {
  readonly reach: Reach;
  /** From resolving the name to the end of the answer. Default: 15 s. */
  readonly timeoutMs?: number | undefined;
}

/** The part of an answer that is read. */
const mostAnswerBytes = 4096;

async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= mostAnswerBytes) break; // ends the connection
  }
  return Buffer.concat(chunks).subarray(0, mostAnswerBytes).toString("utf8");
}

/** `Retry-After` in milliseconds: seconds, or a date. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(longestDelayMs, Math.max(0, ms)) : undefined;
}

function outcomeOf(response: IncomingMessage): Sent {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return { state: "delivered" };
  if (status === 410) return { state: "gone", error: "the receiver answered 410 Gone" };
  const redirected = status >= 300 && status < 400 ? "; redirects are not followed" : "";
  const after = retryAfterMs(response.headers["retry-after"], Date.now());
  return {
    state: "failed",
    error: `the receiver answered ${status}${redirected}`,
    ...(after !== undefined && { retryAfterMs: after }),
  };
}

/** Posts to URLs that may be reached. */
export interface Poster {
  /** The URL in its normal form. @throws MediaError `invalid_argument`, `unsafe_address` */
  check(address: string): string;
  /**
   * Posts once. Does not throw for what the other side does.
   * @param answered the outcome where the receiver has taken it, by the beginning of its answer. Default: `delivered`.
   */
  post(
    address: string,
    post: Post,
    signal: AbortSignal,
    answered?: (answer: string) => Sent,
  ): Promise<Sent>;
}

/**
 * Posts to receivers. The address is checked where the connection is made, so that a name cannot resolve to
 * another one in between. Redirects are not followed, and proxies of the environment are not used.
 */
export function createPoster({ reach, timeoutMs = 15_000 }: Options): Poster {
  const guard = createGuard(reach);
  const post = async (
    url: URL,
    { body, headers }: Post,
    signal: AbortSignal,
    answered: (answer: string) => Sent,
  ): Promise<Sent> => {
    const { Agent, request: begin } = await import(
      url.protocol === "https:" ? "node:https" : "node:http"
    );
    const agent = new Agent({ keepAlive: false });
    const request = begin(url, {
      method: "POST",
      agent,
      signal,
      lookup: guard.lookup,
      maxHeaderSize: 16_384,
      headers: { "content-length": Buffer.byteLength(body), ...headers },
    });
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request.on("response", resolve).on("error", reject);
        request.end(body);
      });
      const answer = await beginningOf(response);
      const outcome = outcomeOf(response);
      return outcome.state === "delivered" ? answered(answer) : outcome;
    } finally {
      request.destroy();
      agent.destroy();
    }
  };
  return {
    check: (address) => guard.check(address).href,
    async post(address, what, signal, answered = () => ({ state: "delivered" })) {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const url = guard.check(address);
        return await post(url, what, AbortSignal.any([signal, timeout]), answered);
      } catch (thrown) {
        if (timeout.aborted)
          return { state: "failed", error: `no answer within ${timeoutMs / 1000} s` };
        return { state: "failed", error: asMediaError(thrown).message || "the connection failed" };
      }
    },
  };
}
