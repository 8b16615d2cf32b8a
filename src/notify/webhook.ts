import type { IncomingMessage } from "node:http";
import { asMediaError } from "../media/errors.ts";
import type { Links } from "./links.ts";
import type { Outgoing, Sender, Sent } from "./notice.ts";
import { createGuard } from "./public-address.ts";
import type { Reach } from "./reach.ts";
import { longestDelayMs } from "./schedule.ts";
import { signedHeaders } from "./signature.ts";
import { webhookBody } from "./webhook-body.ts";

interface Options {
  readonly reach: Reach;
  readonly links?: Links | undefined;
  /** From resolving the name to the end of the answer. Default: 15 s. */
  readonly timeoutMs?: number;
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

/** Whether the receiver confirms: it answers with the token, as the whole answer or as `token` in JSON. */
function givesBack(answer: string, token: string): boolean {
  const text = answer.trim();
  if (text === token) return true;
  try {
    return (JSON.parse(text) as { token?: unknown } | null)?.token === token;
  } catch {
    return false;
  }
}

function outcomeOf(response: IncomingMessage, answer: string, message: Outgoing): Sent {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) {
    const { token } = message;
    return token !== undefined && givesBack(answer, token.text)
      ? { state: "delivered", confirmed: true }
      : { state: "delivered" };
  }
  if (status === 410) return { state: "gone", error: "the receiver answered 410 Gone" };
  const redirected = status >= 300 && status < 400 ? "; redirects are not followed" : "";
  const after = retryAfterMs(response.headers["retry-after"], Date.now());
  return {
    state: "failed",
    error: `the receiver answered ${status}${redirected}`,
    ...(after !== undefined && { retryAfterMs: after }),
  };
}

/**
 * Webhooks: signed JSON by POST. The address is checked where the connection is made, so that a name
 * cannot resolve to another one in between. Redirects are not followed, and proxies of the environment
 * are not used.
 */
export function createWebhookSender({ reach, links, timeoutMs = 15_000 }: Options): Sender {
  const guard = createGuard(reach);
  const post = async (url: URL, message: Outgoing, signal: AbortSignal): Promise<Sent> => {
    const body = JSON.stringify(webhookBody(message, links));
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
      headers: {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        "user-agent": "Dailies-Webhooks/1",
        ...signedHeaders(message.notification.id, Date.now(), body, message.secrets),
      },
    });
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request.on("response", resolve).on("error", reject);
        request.end(body);
      });
      return outcomeOf(response, await beginningOf(response), message);
    } finally {
      request.destroy();
      agent.destroy();
    }
  };
  return {
    check: (address) => guard.check(address).href,
    async send(message, signal) {
      const { withoutSecrets, subscription } = message;
      if (withoutSecrets !== undefined)
        return {
          state: "refused",
          error: `it cannot be signed: ${withoutSecrets}; \`dailies notify rotate ${subscription.id}\` makes a new secret`,
        };
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const url = guard.check(subscription.address);
        return await post(url, message, AbortSignal.any([signal, timeout]));
      } catch (thrown) {
        if (timeout.aborted)
          return { state: "failed", error: `no answer within ${timeoutMs / 1000} s` };
        return { state: "failed", error: asMediaError(thrown).message || "the connection failed" };
      }
    },
  };
}
