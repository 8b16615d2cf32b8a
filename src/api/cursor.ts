import type { MediaSort, Place } from "../catalog/pages.ts";
import { wrongField } from "./problems.ts";

/** Positions in lists, as opaque texts for clients: their content may change. */

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function refuse(): never {
  throw wrongField({ in: "query", field: "cursor", message: "is none of this list's" });
}

function decoded(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return refuse();
  }
}

export function mediaCursor(sort: MediaSort, descending: boolean, place: Place): string {
  return encoded([sort, descending, place.value, place.name]);
}

/** @throws MediaError `invalid_argument` when it is no cursor of a list in this order */
export function placeOf(cursor: string, sort: MediaSort, descending: boolean): Place {
  const parts: unknown = decoded(cursor);
  if (!Array.isArray(parts) || parts.length !== 4) return refuse();
  const [ofSort, ofDescending, value, name] = parts as unknown[];
  const isValue = sort === "name" ? typeof value === "string" : Number.isSafeInteger(value);
  if (ofSort !== sort || ofDescending !== descending || !isValue || typeof name !== "string")
    return refuse();
  return { value: value as string | number, name };
}

export function jobCursor(place: number): string {
  return encoded(["jobs", place]);
}

/** @throws MediaError `invalid_argument` */
export function jobPlaceOf(cursor: string): number {
  const parts: unknown = decoded(cursor);
  if (!Array.isArray(parts) || parts.length !== 2 || parts[0] !== "jobs") return refuse();
  const place: unknown = parts[1];
  return typeof place === "number" && Number.isSafeInteger(place) ? place : refuse();
}
