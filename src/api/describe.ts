import { z } from "@hono/zod-openapi";
import type { Media } from "../media/media.ts";
import type { ApiApp, ApiContext, Caller, Scope } from "./environment.ts";
import { operations, type Operation, type OperationId } from "./operations.ts";
import { problemSchema } from "./problems.ts";

/** A body that an operation answers with: JSON of a schema, or bytes of some types. */
interface Answer {
  readonly description: string;
  readonly json?: z.ZodType;
  readonly types?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Finds what a request changes: a media file, or what was made of it. @throws MediaError as the operation itself would */
export type Current = (
  c: ApiContext,
  caller: Caller,
) => Promise<Pick<Media, "sha256" | "version"> | undefined>;

export interface Described<Query extends z.ZodType, Body extends z.ZodType> {
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly query?: Query;
  /** JSON; may be left out by the caller when the schema takes `{}`. */
  readonly body?: Body;
  /** Content types of a body that is streamed, and read by the operation itself. */
  readonly bytes?: readonly string[];
  readonly headers?: z.ZodObject;
  /** What conditions (`If-Match` …) of a request are about. Default: nothing has an entity tag here. */
  readonly current?: Current;
  /** The parameters in the path. Default: texts by the names in the table. */
  readonly params?: z.ZodObject;
  /** It has no time limit, like an upload. Default: it is given up after `timeoutMs`. */
  readonly isLong?: boolean;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Statuses of problem documents, beside those that any operation can answer with. */
  readonly problems?: readonly number[];
}

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
export function describe(
  app: ApiApp,
  id: OperationId,
  described: Described<z.ZodType, z.ZodType>,
): void {
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
    ...(method === "get" ? [] : [412, 415]),
    ...(described.problems ?? []),
  ];
  app.openAPIRegistry.registerPath({
    operationId: id,
    method,
    // redocly takes no slash at the end of a path; the server takes it with and without
    path: path.replace("+}", "}").replace(/(?<=.)\/$/, ""),
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

/** The scopes that an operation needs; none if it needs no key. */
export function scopesOf({
  scope,
  alsoNeeds,
}: Pick<Operation, "scope" | "alsoNeeds">): readonly Scope[] {
  if (scope === "none") return [];
  return alsoNeeds === undefined ? [scope] : [scope, alsoNeeds];
}
