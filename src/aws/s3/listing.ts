import type { KeyPage } from "../../buckets/buckets.ts";

/** What a list of keys asks for. */
export interface ListQuery {
  readonly prefix: string;
  /** Keys that have it behind the prefix are shown as one common prefix. Empty: all are shown. */
  readonly delimiter: string;
  /** Only keys, and common prefixes, behind this one. */
  readonly after: string;
  readonly limit: number;
}

export interface Listing<T> {
  readonly objects: readonly T[];
  readonly prefixes: readonly string[];
  /** The last key or common prefix, if more follow. */
  readonly next?: string;
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
 * @param read gives objects by key, in order
 */
export async function listKeys<T extends { readonly key: string }>(
  query: ListQuery,
  read: (page: KeyPage) => Promise<readonly T[]>,
): Promise<Listing<T>> {
  const { prefix, delimiter, limit } = query;
  const objects: T[] = [];
  const prefixes: string[] = [];
  if (limit === 0) return { objects, prefixes };
  // what follows a common prefix begins behind all that is below it
  const isPrefix = delimiter !== "" && commonPrefix(query.after, query) === query.after;
  let after = isPrefix ? query.after + last : query.after;
  let latest = "";
  for (;;) {
    const room = limit - objects.length - prefixes.length + 1;
    const wanted = Math.min(pageSize, delimiter === "" ? room : Math.max(room, 2));
    const page = await read({
      startsWith: prefix,
      ...(after !== "" && { after }),
      limit: wanted,
    });
    let passed: string | undefined;
    for (const object of page) {
      if (passed !== undefined && object.key.startsWith(passed)) continue;
      if (objects.length + prefixes.length === limit) return { objects, prefixes, next: latest };
      passed = commonPrefix(object.key, query);
      if (passed === undefined) objects.push(object);
      else prefixes.push(passed);
      latest = passed ?? object.key;
    }
    if (page.length < wanted) return { objects, prefixes };
    after = passed === undefined ? (page.at(-1)?.key ?? "") : passed + last;
  }
}
