import type { Context } from "hono";
import { STATUS_CODES } from "node:http";
import { z } from "@hono/zod-openapi";
import { asMediaError, MediaError, type ErrorCode } from "../media/errors.ts";
import type { Log } from "./environment.ts";

/** An error in one part of a request. */
export interface WrongField {
  readonly in: "path" | "query" | "header" | "body";
  readonly field: string;
  readonly message: string;
}

/** An error as RFC 9457 writes it, with our code and what to do about it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly errors?: readonly WrongField[];
}

/** The same, as the OpenAPI description has it. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().openapi({ description: "One of docs/errors.md" }),
    remedy: z.string(),
    errors: z
      .array(
        z.object({
          in: z.enum(["path", "query", "header", "body"]),
          field: z.string(),
          message: z.string(),
        }),
      )
      .optional(),
  })
  .openapi("Problem");

/** The status of each error that a request can end with. Any other error is a defect of ours: 500. */
const statuses: Partial<Record<ErrorCode, number>> = {
  invalid_argument: 400,
  invalid_name: 400,
  empty_file: 400,
  invalid_token: 400,
  unsafe_address: 400,
  unauthorized: 401,
  forbidden: 403,
  not_yours: 403,
  not_found: 404,
  not_allowed: 405,
  not_acceptable: 406,
  name_conflict: 409,
  transcript_pending: 409,
  file_changing: 409,
  digest_mismatch: 400,
  precondition_failed: 412,
  too_large: 413,
  limit_size: 413,
  unsupported_media: 415,
  unsupported_content: 415,
  range_not_satisfiable: 416,
  rate_limited: 429,
  request_timeout: 503,
  cancelled: 503,
  storage_failed: 503,
  disk_full: 507,
};

export function statusOf(code: ErrorCode): number {
  return statuses[code] ?? 500;
}

/** A request with a field that is wrong. */
export function wrongField(
  wrong: WrongField,
  code: "invalid_argument" | "invalid_name" = "invalid_argument",
): MediaError {
  return new MediaError(code, `${wrong.field} in the ${wrong.in}: ${wrong.message}`, {
    details: { errors: [wrong] },
  });
}

export function wrongFields(where: WrongField["in"], { issues }: z.ZodError): MediaError {
  const errors = issues.map((issue): WrongField => {
    const keys = issue.code === "unrecognized_keys" ? issue.keys : issue.path;
    return { in: where, field: keys.join(".") || where, message: issue.message };
  });
  const said = errors.map(({ field, message }) => `${field} in the ${where}: ${message}`);
  return new MediaError("invalid_argument", said.join("; "), { details: { errors } });
}

/** Remedies name commands; over HTTP they name operations instead. */
const remedies: Partial<Record<ErrorCode, string>> = {
  invalid_argument: "`/v1/openapi.json` says what is accepted.",
  invalid_name: "Use another name; docs/errors.md says what a name can be.",
  name_conflict: "Use another name, or let it take the old one's place.",
  not_found: "`GET /v1/media` lists what is there.",
  disk_full: "Free some space on the server's disk, then send the same again.",
};

function problemOf(error: MediaError): Problem {
  const status = statusOf(error.code);
  const errors = error.details["errors"] as readonly WrongField[] | undefined;
  return {
    type: `urn:dailies:error:${error.code}`,
    title: STATUS_CODES[status] ?? "Error",
    status,
    // details of our own defects are for the log, not for callers
    detail: status === 500 ? "something went wrong inside; the log has more" : error.message,
    code: error.code,
    remedy: remedies[error.code] ?? error.remedy,
    ...(errors === undefined ? {} : { errors }),
  };
}

/** The problem document of an error as text, for code that writes its own answer. */
export function problemText(error: MediaError): { status: number; body: string } {
  const problem = problemOf(error);
  return { status: problem.status, body: JSON.stringify(problem) };
}

/** The problem document of an error, with the headers that belong to its status. */
export function problemResponse(
  error: MediaError,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const problem = problemOf(error);
  const own: Record<string, string> = { "content-type": "application/problem+json" };
  if (problem.status === 401) own["www-authenticate"] = 'Bearer realm="dailies"';
  if (problem.code === "request_timeout") own["retry-after"] = "5";
  const given = error.details["headers"] as Readonly<Record<string, string>> | undefined;
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { ...own, ...given, ...headers },
  });
}

/** Answers with the problem document of a thrown error. Logs our own defects. */
export function onError(log: Log): (thrown: Error, c: Context) => Response {
  return (thrown, c) => {
    const error = asMediaError(thrown);
    const fields = { method: c.req.method, path: new URL(c.req.url).pathname, code: error.code };
    // a client that went away is not an error
    if (error.code === "cancelled") log.info(fields, error.message);
    else if (statusOf(error.code) >= 500) log.error({ ...fields, err: error }, error.message);
    return problemResponse(error);
  };
}
