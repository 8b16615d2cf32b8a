import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { sessionMs } from "../../access/access.ts";
import type { ApiContext } from "../environment.ts";

/** Browsers keep one cookie for all ports of a host, so each server of a machine has its own name. */
function nameFor(c: ApiContext): string {
  const port = /:(\d+)$/.exec(c.req.header("host") ?? "")?.[1] ?? "0";
  return `dailies_${port}`;
}

/** The session that a browser sends; undefined when it sends none. */
export function sessionOf(c: ApiContext): string | undefined {
  return c.req.header("cookie") === undefined ? undefined : getCookie(c, nameFor(c));
}

const attributes = { path: "/", httpOnly: true, sameSite: "Strict" } as const;

/** Scripts cannot read the cookie, and other sites do not send it. */
export function keepSession(c: ApiContext, session: string): void {
  // behind a proxy that ends TLS, the browser says https
  const isSecure = c.req.header("origin")?.startsWith("https:") === true;
  setCookie(c, nameFor(c), session, { ...attributes, secure: isSecure, maxAge: sessionMs / 1_000 });
}

export function endSession(c: ApiContext): void {
  deleteCookie(c, nameFor(c), attributes);
}
