import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "@hono/zod-openapi";
import { MediaError } from "../media/errors.ts";
import type { ApiContext, ApiEnv, Caller, Scope } from "./environment.ts";
import { operations, type Operation, type OperationId } from "./operations.ts";
import { problemSchema, wrongFields } from "./problems.ts";

export type ApiApp = OpenAPIHono<ApiEnv>;

/** A body that an operation answers with: JSON of a schema, or bytes of some types. */
export interface Answer {
  readonly description: string;
  readonly json?: z.ZodType;
  readonly types?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

interface Described<Query extends z.ZodType, Body extends z.ZodType> {
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly query?: Query;
  /** JSON; may be left out by the caller when the schema takes `{}`. */
  readonly body?: Body;
  /** Content types of a body that is streamed, and read by the operation itself. */
  readonly bytes?: readonly string[];
  readonly headers?: z.ZodObject;
  /** What is in the path. Default: texts by the names in the table. */
  readonly params?: z.ZodObject;
  /** It takes as long as it takes: an upload. Default: it is given up after `timeoutMs`. */
  readonly isLong?: boolean;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Statuses of problem documents, beside those that any operation can answer with. */
  readonly problems?: readonly number[];
}

interface Given<Query, Body> {
  readonly caller: Caller;
  readonly query: Query;
  readonly body: Body;
}

type Handle<Query, Body> = (
  c: ApiContext,
  given: Given<Query, Body>,
) => Response | Promise<Response>;

const problemContent = { "application/problem+json": { schema: problemSchema } };

const problemWords: Readonly<Record<number, string>> = {
  400: "The request has a part that is wrong; `errors` names it.",
  401: "No key, or none that counts.",
  403: "The key lacks the scope.",
  404: "There is none, or it is another owner's.",
  405: "Not with this method.",
  406: "None of the types that are asked for.",
  409: "What is there stands against it.",
  412: "It is no longer what the request thinks it is.",
  413: "Too large.",
  415: "Not a type that is taken here.",
  416: "The range lies outside.",
  429: "Too many requests.",
  500: "A fault of the service.",
  503: "Not now.",
  507: "No space is left.",
};

function responsesOf(
  answers: Readonly<Record<number, Answer>>,
  problems: readonly number[],
): Record<string, object> {
  const responses: Record<string, object> = {};
  for (const [status, { description, json, types = [], headers = {} }] of Object.entries(answers)) {
    const bytes = { schema: { type: "string", format: "binary" } };
    const content = {
      ...(json === undefined ? {} : { "application/json": { schema: json } }),
      ...Object.fromEntries(types.map((type) => [type, bytes])),
    };
    responses[status] = {
      description,
      ...(Object.keys(content).length === 0 ? {} : { content }),
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, words]) => [
          name,
          { description: words, schema: { type: "string" } },
        ]),
      ),
    };
  }
  for (const status of problems)
    responses[status] ??= { description: problemWords[status] ?? "", content: problemContent };
  return responses;
}

function paramsOf(path: string): z.ZodObject {
  const names = [...path.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name = ""]) => name);
  return z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
}

/** Writes the operation into the OpenAPI description. */
function describe(app: ApiApp, id: OperationId, described: Described<z.ZodType, z.ZodType>): void {
  const { method, path, ...needs }: Operation = operations[id];
  const scopes = scopesOf(needs);
  const { summary, description, tag, query, body, bytes, headers, params } = described;
  const binary = { schema: { type: "string", format: "binary" } } as const;
  const content =
    body === undefined
      ? Object.fromEntries((bytes ?? []).map((type) => [type, binary]))
      : { "application/json": { schema: body } };
  const problems = [
    400,
    ...(scopes.length === 0 ? [] : [401, 403, 429]),
    500,
    503,
    ...(body === undefined ? [] : [413]),
    ...(described.problems ?? []),
  ];
  app.openAPIRegistry.registerPath({
    operationId: id,
    method,
    path: path.replace("+}", "}"),
    summary,
    tags: [tag],
    ...(description === undefined ? {} : { description }),
    security: scopes.length === 0 ? [] : [{ key: [...scopes] }],
    request: {
      ...(query === undefined ? {} : { query: query as z.ZodObject }),
      ...(headers === undefined ? {} : { headers }),
      params: params ?? paramsOf(path),
      ...(Object.keys(content).length === 0
        ? {}
        : { body: { content, required: body === undefined } }),
    },
    responses: responsesOf(described.answers, problems),
  });
}

/** The scopes that an operation takes; none where it can be asked without a key. */
function scopesOf({ scope, alsoNeeds }: Pick<Operation, "scope" | "alsoNeeds">): readonly Scope[] {
  if (scope === "none") return [];
  return alsoNeeds === undefined ? [scope] : [scope, alsoNeeds];
}

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

/** The whole body. @throws MediaError `too_large` */
async function textOf(c: ApiContext): Promise<string> {
  const { maxBodyBytes } = c.get("limits");
  const tooLarge = () =>
    new MediaError("too_large", `the body is larger than the ${maxBodyBytes} bytes taken here`);
  if (Number(c.req.header("content-length") ?? 0) > maxBodyBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of (c.req.raw.body ?? []) as AsyncIterable<Uint8Array>) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBodyBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Gives up on an answer that takes too long; what it began goes on. */
async function inTime(answer: Promise<Response>, timeoutMs: number): Promise<Response> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    // made only then: an error costs more than many an answer
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

/** @throws MediaError `invalid_argument` naming what is wrong */
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
 * Adds an operation of the table: it is described, its caller must be allowed to, and what it is
 * given is checked before it is called.
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
    const answer = async (): Promise<Response> => {
      const body = described.body === undefined ? undefined : await bodyOf(c, described.body);
      const given = { caller, query: query?.data, body };
      return handle(c, given as Given<z.output<Query>, z.output<Body>>);
    };
    return described.isLong === true ? answer() : inTime(answer(), c.get("limits").timeoutMs);
  });
}
