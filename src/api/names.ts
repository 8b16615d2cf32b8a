import { checkKey } from "../media/keys.ts";
import { asMediaError } from "../media/errors.ts";
import type { ApiContext } from "./environment.ts";
import { wrongField } from "./problems.ts";

/**
 * Names in paths. A name is percent-decoded once, and then only ever compared with names: it is a key
 * of the catalog, never a path. `%2F` in it is a slash of the name.
 */

/** The path of a request as it was sent, still percent-encoded, without the query. */
export function rawPath(c: ApiContext): string {
  const { url } = c.req;
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const end = url.slice(start).search(/[?#]/);
  return end === -1 ? url.slice(start) : url.slice(start, start + end);
}

/** Whether a client or a proxy could resolve this path differently because of `.` or `..`. */
export function hasDotSegment(path: string): boolean {
  return path.split(/[/\\]/).some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}

/** @throws MediaError `invalid_name` naming the field */
export function decoded(text: string, field: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrongField(
      { in: "path", field, message: "is not valid percent-encoding" },
      "invalid_name",
    );
  }
}

/** @throws MediaError `invalid_name` naming the field */
function checked(name: string, field: string): string {
  try {
    return checkKey(name);
  } catch (error) {
    const { message } = asMediaError(error);
    throw wrongField({ in: "path", field, message }, "invalid_name");
  }
}

/** The n-th segment of the path (the first is 0) as a name. @throws MediaError `invalid_name` */
export function nameAt(c: ApiContext, index: number, field = "name"): string {
  return checked(decoded(rawPath(c).split("/")[index + 1] ?? "", field), field);
}

/** All of the path behind the prefix as a name, slashes as they are or encoded. @throws MediaError `invalid_name` */
export function nameAfter(c: ApiContext, prefix: string, field = "name"): string {
  return checked(decoded(rawPath(c).slice(prefix.length), field), field);
}

/** A name as one segment of a path. */
export function encodedName(name: string): string {
  return encodeURIComponent(name);
}
