import type { MiddlewareHandler } from "hono";
import type { ApiEnv } from "../environment.ts";

/**
 * What every answer says to browsers. The bytes that are served are other people's: they are never
 * taken for another type than they say, never a page that may do something, and no other origin's
 * page may embed or frame them. A handler that answers with a page of ours sets its own policy.
 */
export const answerHeaders: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; " +
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  // what one owner reads is nothing that a shared cache may keep
  "cache-control": "private, no-cache",
};

export function securityHeaders(): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(answerHeaders))
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  };
}
