import type { MiddlewareHandler } from "hono";
import { MediaError } from "../../media/errors.ts";
import type { ApiEnv } from "../environment.ts";
import { hostOf, isLoopback } from "./loopback.ts";

/** The parts of a request that show its origin. */
export interface Whence {
  readonly method: string;
  readonly header: (name: string) => string | undefined;
  /** The names of all headers, in small letters. */
  readonly headerNames: readonly string[];
}

/** Headers that proxies add. Those that begin with `x-forwarded-` vary: -for, -proto, -port … */
const proxyHeader = /^(?:forwarded|via|x-real-ip|x-forwarded-.*)$/;

function isSameOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}

/** Whether a user followed a link. The page with the link cannot read the answer. */
function isNavigation({ method, header }: Whence): boolean {
  return method === "GET" && header("sec-fetch-mode") === "navigate";
}

/**
 * Why a caller without a key is not the person at this machine; undefined when it is. A web page in that
 * person's browser is another caller: a page of another origin, or one whose name was made to point here
 * (DNS rebinding: its Host is its own name). A caller through a proxy is another one, too.
 */
export function foreignSign(whence: Whence, origins: readonly string[]): string | undefined {
  const { header, headerNames } = whence;
  const host = header("host");
  const name = host === undefined ? undefined : hostOf(host);
  if (name === undefined || !isLoopback(name))
    return "without a key, the Host must be localhost, 127.0.0.1 or [::1]";
  const proxied = headerNames.find((one) => proxyHeader.test(one));
  if (proxied !== undefined) return `without a key, nothing may come through a proxy (${proxied})`;
  const origin = header("origin");
  if (origin !== undefined)
    return isSameOrigin(origin, host) || origins.includes(origin)
      ? undefined
      : "without a key, pages of other origins may not ask";
  const site = header("sec-fetch-site");
  if (site === undefined || site === "same-origin" || site === "none" || isNavigation(whence))
    return undefined;
  return "without a key, pages of other sites may not ask";
}

/** @throws MediaError `forbidden` */
export function refuseForeign(whence: Whence, origins: readonly string[]): void {
  const sign = foreignSign(whence, origins);
  if (sign !== undefined) throw new MediaError("forbidden", sign);
}

/**
 * Refuses a request with a session's cookie that a page of another origin has made. Browsers send that cookie
 * for every port of this host, and say where a request comes from.
 * @throws MediaError `forbidden`
 */
export function refuseForeignPage({ method, header }: Pick<Whence, "method" | "header">): void {
  const origin = header("origin");
  const site = header("sec-fetch-site");
  const isRead = method === "GET" || method === "HEAD";
  const isOwn =
    origin === undefined
      ? site === "same-origin" || (isRead && (site === undefined || site === "none"))
      : isSameOrigin(origin, header("host"));
  const isLink = isRead && header("sec-fetch-mode") === "navigate";
  if (!isOwn && !isLink)
    throw new MediaError("forbidden", "pages of other origins may not use this session");
}

const exposed =
  "Accept-Ranges, Content-Disposition, Content-Range, ETag, Last-Modified, Link, Location, " +
  "Retry-After, Tus-Checksum-Algorithm, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Upload-Expires, Upload-Length, " +
  "Upload-Metadata, Upload-Offset";
const requestHeaders =
  "Authorization, Content-Digest, Content-MD5, Content-Type, Digest, If-Match, If-Modified-Since, " +
  "If-None-Match, If-Range, If-Unmodified-Since, Last-Event-ID, Range, Repr-Digest, " +
  "Tus-Resumable, Upload-Checksum, Upload-Concat, Upload-Defer-Length, Upload-Length, " +
  "Upload-Metadata, Upload-Offset, X-HTTP-Method-Override";
const allowance = "access-control-";
const methods = "GET, HEAD, PUT, POST, PATCH, DELETE";

/**
 * Lets only pages of these origins read answers. Cookies and passwords are never part of it: a page has a
 * key, or is on this machine.
 */
export function cors(origins: readonly string[]): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const origin = c.req.header("origin");
    const allowed = origin !== undefined && origins.includes(origin);
    const asks = c.req.header("access-control-request-method") !== undefined;
    if (c.req.method === "OPTIONS" && allowed && asks)
      return new Response(null, {
        status: 204,
        headers: {
          "access-control-allow-origin": origin,
          "access-control-allow-methods": methods,
          "access-control-allow-headers": requestHeaders,
          "access-control-max-age": "600",
          vary: "Origin",
        },
      });
    await next();
    const { headers } = c.res;
    // removes permissions that a library has added: only the configuration counts
    const allowances = Array.from(headers.keys()).filter((name) => name.startsWith(allowance));
    for (const name of allowances) headers.delete(name);
    if (origins.length > 0) headers.append("vary", "Origin");
    if (!allowed) return;
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-expose-headers", exposed);
    headers.set("cross-origin-resource-policy", "cross-origin");
  };
}
