import type { MiddlewareHandler } from "hono";
import type { ApiEnv } from "../environment.ts";

/**
 * Headers of every answer for browsers. Served bytes come from other users: browsers must not guess
 * another type or run them as a page, and pages of other origins must not embed or frame them. A
 * handler that answers with a page of ours sets its own policy.
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
  // a shared cache must not keep answers, because they belong to one owner
  "cache-control": "private, no-cache",
};

export function securityHeaders(): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(answerHeaders))
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  };
}
