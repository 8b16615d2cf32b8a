import type { z } from "@hono/zod-openapi";
import { MediaError } from "../media/errors.ts";
import { isConditional, representationOf, requireConditions } from "./conditions.ts";
import { checkContent } from "./content.ts";
import { describe, scopesOf, type Current, type Described } from "./describe.ts";
import { digestsOf, verified } from "./digests.ts";
import type { ApiApp, ApiContext, Caller, Scope } from "./environment.ts";
import { operations, type Operation, type OperationId } from "./operations.ts";
import { wrongFields } from "./problems.ts";

interface Given<Query, Body> {
  readonly caller: Caller;
  readonly query: Query;
  readonly body: Body;
  /**
   * The version that the request's conditions were compared with, null where there was none: no other may
   * be changed. Undefined when the request has no condition.
   */
  readonly expect: string | null | undefined;
}

type Handle<Query, Body> = (
  c: ApiContext,
  given: Given<Query, Body>,
) => Response | Promise<Response>;

/** @throws MediaError `unauthorized`, `forbidden` */
function allowed(c: ApiContext, scopes: readonly Scope[]): Caller {
  const caller = c.get("caller");
  if (scopes.length === 0) return caller ?? { owner: "", scopes: [] };
  if (caller === undefined) throw new MediaError("unauthorized", "this needs a key");
  const missing = scopes.find((scope) => !caller.scopes.includes(scope));
  if (missing === undefined) return caller;
  throw new MediaError("forbidden", `this needs the scope ${JSON.stringify(missing)}`);
}

/** Query parameters: one value each, or a list where a name comes several times. */
function queryOf(c: ApiContext): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(c.req.queries()).map(([name, values]) => [
      name,
      values.length === 1 ? (values[0] ?? "") : values,
    ]),
  );
}

/** The whole body. @throws MediaError `too_large`, `digest_mismatch` */
export async function wholeBody(c: ApiContext, maxBodyBytes: number): Promise<Buffer> {
  const tooLarge = () =>
    new MediaError("too_large", `the body is larger than the ${maxBodyBytes} bytes taken here`);
  if (Number(c.req.header("content-length") ?? 0) > maxBodyBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const body = (c.req.raw.body ?? []) as AsyncIterable<Uint8Array>;
  const digests = digestsOf(headerOf(c));
  for await (const chunk of digests.length === 0 ? body : verified(body, digests)) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBodyBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function textOf(c: ApiContext): Promise<string> {
  return (await wholeBody(c, c.get("limits").maxBodyBytes)).toString("utf8");
}

/** Ends an answer that takes too long with an error. Work that the operation started continues. */
async function inTime(answer: Promise<Response>, timeoutMs: number): Promise<Response> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    // the error is made only when needed, because it costs more than most answers
    timer = setTimeout(
      () => reject(new MediaError("request_timeout", `no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws MediaError `invalid_argument` that names the wrong field */
async function bodyOf<Body extends z.ZodType>(
  c: ApiContext,
  schema: Body,
): Promise<z.output<Body>> {
  const text = await textOf(c);
  let value: unknown = {};
  try {
    if (text.trim() !== "") value = JSON.parse(text);
  } catch {
    throw new MediaError("invalid_argument", "the body is not JSON", {
      details: { errors: [{ in: "body", field: "body", message: "is not JSON" }] },
    });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw wrongFields("body", parsed.error);
}

/** Reads the headers of a request. */
export const headerOf = (c: ApiContext) => (name: string) => c.req.header(name);

/**
 * The version that a request which changes something is about, when it has conditions. Where nothing says what
 * they are about, a condition on entity tags does not hold: what it is to protect is not changed.
 * @throws MediaError `precondition_failed`
 */
async function expected(
  c: ApiContext,
  caller: Caller,
  current: Current | undefined,
): Promise<string | null | undefined> {
  const header = headerOf(c);
  if (!isConditional(header)) return undefined;
  if (current === undefined) {
    const given = ["If-Match", "If-None-Match"].find((name) => header(name) !== undefined);
    if (given === undefined) return undefined; // no date is known either
    throw new MediaError("precondition_failed", `${given}: this address has no entity tag`);
  }
  const there = await current(c, caller);
  requireConditions(header, there && representationOf(there.sha256, [there.version]));
  return there?.version ?? null;
}

/** The path as the router knows it. */
export function routerPath(path: string): string {
  return path
    .split("/")
    .map((segment) => {
      const [, words = "", name = ""] = /^([^{]*)\{([^}]+)\}$/.exec(segment) ?? [];
      if (name === "") return segment;
      if (name.endsWith("+")) return "*";
      return words === "" ? `:${name}` : `:${name}{${words.replaceAll(".", String.raw`\.`)}[^/]+}`;
    })
    .join("/");
}

/**
 * Adds an operation of the table: describes it, and checks its caller's scopes and its input before it is
 * called.
 */
export function addOperation<
  Query extends z.ZodType = z.ZodType<undefined>,
  Body extends z.ZodType = z.ZodType<undefined>,
>(
  app: ApiApp,
  id: OperationId,
  described: Described<Query, Body>,
  handle: Handle<z.output<Query>, z.output<Body>>,
): void {
  const { method, path, ...needs }: Operation = operations[id];
  const scopes = scopesOf(needs);
  describe(app, id, described);
  const routed = routerPath(path);
  const paths = routed.endsWith("/") ? [routed, routed.slice(0, -1)] : [routed];
  app.on(method.toUpperCase(), paths, async (c) => {
    const caller = allowed(c, scopes);
    const query = described.query?.safeParse(queryOf(c));
    if (query?.success === false) throw wrongFields("query", query.error);
    const isChange = method !== "get";
    if (isChange) checkContent(headerOf(c));
    const answer = async (): Promise<Response> => {
      const expect = isChange ? await expected(c, caller, described.current) : undefined;
      const body = described.body === undefined ? undefined : await bodyOf(c, described.body);
      const given = { caller, query: query?.data, body, expect };
      return handle(c, given as Given<z.output<Query>, z.output<Body>>);
    };
    return described.isLong === true ? answer() : inTime(answer(), c.get("limits").timeoutMs);
  });
}
