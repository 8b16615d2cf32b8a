import type { KeyPage } from "../../buckets/buckets.ts";
import { isBehind } from "./catalog/media-filter.ts";

/** The bounds of a page of keys, as conditions on the column `key` with their values. */
export function keyBounds({ startsWith = "", after }: Omit<KeyPage, "limit">): {
  readonly where: string;
  readonly values: readonly string[];
} {
  const bounds: [string, string | undefined][] = [
    ["key >= ?", isBehind(after, startsWith) ? undefined : startsWith],
    ["key < ?", startsWith === "" ? undefined : `${startsWith}\u{10ffff}`],
    ["key > ?", after],
  ];
  const given = bounds.filter((bound): bound is [string, string] => bound[1] !== undefined);
  return {
    where: given.length === 0 ? "TRUE" : given.map(([condition]) => condition).join(" AND "),
    values: given.map(([, value]) => value),
  };
}
