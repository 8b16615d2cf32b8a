import type { Socket } from "node:net";
import type { MiddlewareHandler } from "hono";
import type { Access, Caller } from "../../access/access.ts";
import { MediaError } from "../../media/errors.ts";
import { holdsKey } from "../../media/secret-text.ts";
import { localCaller, type ApiContext, type ApiEnv } from "../environment.ts";
import { securityHeaders } from "./headers.ts";
import { cors, refuseForeign, refuseForeignPage } from "./origin.ts";
import { sessionOf } from "./cookie.ts";
import { isSameUser } from "./peer.ts";
import { createRateLimit, networkOf, type Rate } from "./rate.ts";

export interface SecurityOptions {
  readonly access: Pick<Access, "authenticate" | "sessionCaller">;
  /** Whether every caller must have a key. Otherwise a caller at this machine without a key is `local`. */
  readonly requireKeys: boolean;
  /** Whether every user of this machine may ask without a key, not only this process's and root. Default: false. */
  readonly trustLocalUsers?: boolean;
  /** Origins whose pages may ask and read. Default: none. */
  readonly origins?: readonly string[];
  /** The limit for each key, and for each address without a key. Default: 100 a second, 1,000 at once. */
  readonly rate?: Rate;
}

export const defaultRate: Rate = { perSecond: 100, burst: 1_000 };

/** The limit for each address with wrong keys. */
export const wrongKeys: Rate = { perSecond: 0.5, burst: 20 };

const tokenInUrl = /[?&](?:access_token|token|api_key|authorization)=/i;

/** @throws MediaError `rate_limited` that says how long to wait */
export function tooMany(waitMs: number): never {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  throw new MediaError("rate_limited", `too many requests: wait ${seconds} s`, {
    details: { headers: { "retry-after": String(seconds) } },
  });
}

/** Undefined where the app is called without a server, as tests do. */
const socketOf = (c: ApiContext): Socket | undefined =>
  (c.env as Partial<ApiEnv["Bindings"]> | undefined)?.incoming?.socket;

/** The network that a caller asks from, as limits count it. */
export const networkOfCaller = (c: ApiContext): string =>
  networkOf(socketOf(c)?.remoteAddress ?? "unknown");

/** The token of `Authorization: Bearer TOKEN`. @throws MediaError `unauthorized` for another scheme */
function bearerToken(c: ApiContext): string | undefined {
  const given = c.req.header("authorization");
  if (given === undefined) return undefined;
  const [, token] = /^Bearer +(\S+)$/i.exec(given) ?? [];
  if (token !== undefined) return token;
  throw new MediaError("unauthorized", "Authorization must be `Bearer TOKEN`");
}

/**
 * Runs before every operation. Identifies the caller, and refuses callers that are not allowed or send
 * requests too often. The table of operations says which scopes an operation needs.
 */
function guard(options: SecurityOptions): MiddlewareHandler<ApiEnv> {
  const { access, requireKeys, trustLocalUsers = false, origins = [] } = options;
  const { rate = defaultRate } = options;
  const requests = createRateLimit(rate);
  const failures = createRateLimit(wrongKeys);

  const withToken = async (c: ApiContext, token: string): Promise<Caller> => {
    const caller = await access.authenticate(token);
    if (caller !== undefined) return caller;
    const waitMs = failures.take(networkOfCaller(c));
    if (waitMs !== undefined) tooMany(waitMs);
    throw new MediaError("unauthorized", "the key is not known, has ended or was revoked");
  };

  /** A browser that has signed in. Pages of other origins must not use its cookie. */
  const withSession = async (c: ApiContext): Promise<Caller | undefined> => {
    const session = sessionOf(c);
    const caller = session === undefined ? undefined : await access.sessionCaller(session);
    if (caller === undefined) return undefined;
    const isLocal = caller.accessKeyId === undefined;
    if (isLocal && requireKeys) return undefined;
    refuseForeignPage({ method: c.req.method, header: (name) => c.req.header(name) });
    return isLocal ? localCaller : caller;
  };

  const withoutToken = async (c: ApiContext): Promise<Caller | undefined> => {
    if (requireKeys) return undefined;
    const socket = socketOf(c);
    // another user of this machine needs a key, like any other caller
    if (!trustLocalUsers && socket !== undefined && !(await isSameUser(socket))) return undefined;
    const header = (name: string) => c.req.header(name);
    const headerNames = Object.keys(c.req.header());
    refuseForeign({ method: c.req.method, header, headerNames }, origins);
    return localCaller;
  };

  return async (c, next) => {
    // addresses end up in logs and histories
    if (tokenInUrl.test(c.req.url) || holdsKey(c.req.url))
      throw new MediaError("invalid_argument", "a secret must not stand in a URL");
    const token = bearerToken(c);
    const caller =
      token === undefined
        ? ((await withSession(c)) ?? (await withoutToken(c)))
        : await withToken(c, token);
    // The person at the machine has no limit, because they can read everything anyway.
    if (caller !== localCaller) {
      const waitMs = requests.take(keyOf(caller) ?? networkOfCaller(c));
      if (waitMs !== undefined) tooMany(waitMs);
    }
    c.set("caller", caller);
    await next();
  };
}

const keyOf = (caller: Caller | undefined): string | undefined => caller?.accessKeyId;

/** The handlers that run before every operation, first to last. */
export function createSecurity(options: SecurityOptions): readonly MiddlewareHandler<ApiEnv>[] {
  return [securityHeaders(), cors(options.origins ?? []), guard(options)];
}
