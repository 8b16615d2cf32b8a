import type { KeyPage } from "../../buckets/buckets.ts";

/** What a list of keys asks for. */
export interface ListQuery {
  readonly prefix: string;
  /** Keys that have it behind the prefix are shown as one common prefix. Empty: all are shown. */
  readonly delimiter: string;
  /** Only keys, and common prefixes, behind this one. */
  readonly after: string;
  /** Also what has the key `after` itself and an id behind this one. Default: nothing that has the key. */
  readonly afterId?: string;
  readonly limit: number;
}

export interface Listing<T> {
  readonly objects: readonly T[];
  readonly prefixes: readonly string[];
  /** The last key or common prefix, if more follow. */
  readonly next?: string;
  /** The id of what has that key, where several may have one. */
  readonly nextId?: string;
}

/** Sorts behind every key that begins with what stands before it. */
const last = "\u{10ffff}";
const pageSize = 1_000;

/** The common prefix that a key is shown as; undefined when it is shown itself. */
function commonPrefix(key: string, { prefix, delimiter }: ListQuery): string | undefined {
  if (delimiter === "") return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end === -1 ? undefined : key.slice(0, end + delimiter.length);
}

/**
 * One page of keys and common prefixes. Keys below a common prefix are passed over, not read.
 * @param read gives objects by key, then id, in order
 */
export async function listKeys<T extends { readonly key: string; readonly id?: string }>(
  query: ListQuery,
  read: (page: KeyPage & { readonly afterId?: string }) => Promise<readonly T[]>,
): Promise<Listing<T>> {
  const { prefix, delimiter, limit } = query;
  const objects: T[] = [];
  const prefixes: string[] = [];
  if (limit === 0) return { objects, prefixes };
  // what follows a common prefix begins behind all that is below it
  const isPrefix = delimiter !== "" && commonPrefix(query.after, query) === query.after;
  let at: { after: string; id?: string | undefined } = isPrefix
    ? { after: query.after + last }
    : { after: query.after, id: query.afterId };
  let latest: { next: string; nextId?: string } = { next: "" };
  for (;;) {
    const room = limit - objects.length - prefixes.length + 1;
    const wanted = Math.min(pageSize, delimiter === "" ? room : Math.max(room, 2));
    const page = await read({
      startsWith: prefix,
      ...(at.after !== "" && { after: at.after }),
      ...(at.after !== "" && at.id !== undefined && { afterId: at.id }),
      limit: wanted,
    });
    let passed: string | undefined;
    for (const object of page) {
      if (passed !== undefined && object.key.startsWith(passed)) continue;
      if (objects.length + prefixes.length === limit) return { objects, prefixes, ...latest };
      passed = commonPrefix(object.key, query);
      if (passed === undefined) objects.push(object);
      else prefixes.push(passed);
      latest =
        passed === undefined
          ? { next: object.key, ...(object.id !== undefined && { nextId: object.id }) }
          : { next: passed };
    }
    if (page.length < wanted) return { objects, prefixes };
    const end = page.at(-1);
    at = passed === undefined ? { after: end?.key ?? "", id: end?.id } : { after: passed + last };
  }
}
