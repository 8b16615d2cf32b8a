import type { Links } from "./links.ts";
import type { Sender, Sent } from "./notice.ts";
import { createPoster } from "./post.ts";
import type { Reach } from "./reach.ts";
import { signedHeaders } from "./signature.ts";
import { webhookBody } from "./webhook-body.ts";

interface Options {
  readonly reach: Reach;
  readonly links?: Links | undefined;
  /** From resolving the name to the end of the answer. Default: 15 s. */
  readonly timeoutMs?: number;
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

/** Webhooks: signed JSON by POST. */
export function createWebhookSender({ reach, links, timeoutMs }: Options): Sender {
  const poster = createPoster({ reach, timeoutMs });
  return {
    check: (address) => poster.check(address),
    async send(message, signal) {
      const { withoutSecrets, subscription, token } = message;
      if (withoutSecrets !== undefined)
        return {
          state: "refused",
          error: `it cannot be signed: ${withoutSecrets}; \`dailies notify rotate ${subscription.id}\` makes a new secret`,
        };
      const body = JSON.stringify(webhookBody(message, links));
      const headers = {
        "content-type": "application/json",
        "user-agent": "Dailies-Webhooks/1",
        ...signedHeaders(message.notification.id, Date.now(), body, message.secrets),
      };
      const answered = (answer: string): Sent =>
        token !== undefined && givesBack(answer, token.text)
          ? { state: "delivered", confirmed: true }
          : { state: "delivered" };
      return poster.post(subscription.address, { body, headers }, signal, answered);
    },
  };
}
