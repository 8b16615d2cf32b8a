import { MediaError } from "../media/errors.ts";
import type { ApiContext } from "./environment.ts";
import { rawPath } from "./names.ts";
import { operations, type Operation } from "./operations.ts";
import { problemResponse } from "./problems.ts";

/** Each operation's path as a pattern of paths that are still encoded. */
const patterns = Object.values(operations).map(({ method, path }: Operation) => ({
  method: method.toUpperCase(),
  pattern: new RegExp(
    `^${path
      .split(/(\{[^}]+\})/)
      .map((part) =>
        part.startsWith("{")
          ? part.endsWith("+}")
            ? ".+"
            : "[^/]+"
          : part.replaceAll(".", String.raw`\.`),
      )
      .join("")}$`,
  ),
}));

/** Answers requests that match no operation: not found, or the method is not allowed. */
export function refuseMethod(c: ApiContext): Response {
  const path = rawPath(c);
  const methods = patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
  if (methods.includes("GET")) methods.push("HEAD");
  if (methods.length === 0)
    return problemResponse(new MediaError("not_found", `there is nothing at ${path}`));
  const allow = [...new Set(methods)].toSorted().join(", ");
  const error = new MediaError("not_allowed", `${path} takes ${allow}, not ${c.req.method}`);
  return problemResponse(error, { allow });
}
