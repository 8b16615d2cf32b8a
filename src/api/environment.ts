import type { HttpBindings } from "@hono/node-server";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import type { Caller, Scope } from "../access/access.ts";
import type { LoginCode } from "../access/login-code.ts";
import type { Library } from "../app/library.ts";
import type { Metrics } from "./metrics.ts";

export type { Caller, Scope };

/** Limits of one request. */
export interface RequestLimits {
  /** Largest body of an operation that takes JSON. Default: 64 KiB. */
  readonly maxBodyBytes: number;
  /** How long an answer that is no stream may take. Default: 30 s. */
  readonly timeoutMs: number;
}

export const defaultRequestLimits: RequestLimits = { maxBodyBytes: 64 * 1024, timeoutMs: 30_000 };

export interface ApiEnv {
  Bindings: HttpBindings;
  Variables: {
    /** Undefined until security has set it; only operations without a scope answer then. */
    caller: Caller | undefined;
    limits: RequestLimits;
  };
}

export type ApiContext = Context<ApiEnv>;
export type ApiApp = OpenAPIHono<ApiEnv>;

/** Answers every request at or below `/v1/uploads`, on behalf of the caller that the context names. */
export interface UploadHandler {
  handle(c: ApiContext): Promise<Response>;
}

/** The part of a pino logger that the API writes to. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface ApiOptions {
  readonly dailies: Library;
  readonly log: Log;
  /**
   * Runs before every operation, first to last: security headers, rate limits, and the handler that
   * sets `caller`. Default: every caller is the owner `local` with all scopes.
   */
  readonly security?: readonly MiddlewareHandler<ApiEnv>[];
  /** Counters that are read at `/metrics`. Default: nothing is counted, and that address does not exist. */
  readonly metrics?: Metrics;
  /** Resumable uploads. Default: there are none. */
  readonly uploads?: UploadHandler;
  /** Reasons why the service is not ready; empty when it can do its work. Default: ready. */
  readonly unready?: () => Promise<readonly string[]>;
  readonly limits?: RequestLimits;
  /** The code of the link that lets a browser of this machine in. Default: there is none. */
  readonly login?: LoginCode;
  /** When the server closes: streams of events end. */
  readonly signal?: AbortSignal;
}

/** The person at the machine, who may do everything with the data of the owner `local`. */
export const localCaller: Caller = { owner: "local", scopes: ["read", "write", "admin"] };
