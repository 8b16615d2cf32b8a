import { MediaError } from "../../../media/errors.ts";
import type { Cursor, MediaSort } from "../../../catalog/pages.ts";

/** A place behind a media file: its name, and its value of what the list is sorted by. */
export interface Place {
  readonly value: string | number;
  readonly name: string;
}

function encoded(value: unknown): Cursor {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function refuse(): never {
  throw new MediaError("invalid_argument", "the cursor is none of this list's");
}

function decoded(cursor: Cursor): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return refuse();
  }
}

export function mediaCursor(sort: MediaSort, descending: boolean, place: Place): Cursor {
  return encoded([sort, descending, place.value, place.name]);
}

/** @throws MediaError `invalid_argument` when it is no cursor of a list in this order */
export function placeOf(cursor: Cursor, sort: MediaSort, descending: boolean): Place {
  const parts: unknown = decoded(cursor);
  if (!Array.isArray(parts) || parts.length !== 4) return refuse();
  const [ofSort, ofDescending, value, name] = parts as unknown[];
  const isValue = sort === "name" ? typeof value === "string" : Number.isSafeInteger(value);
  if (ofSort !== sort || ofDescending !== descending || !isValue || typeof name !== "string")
    return refuse();
  return { value: value as string | number, name };
}

/** Behind the job with this number. */
export function jobCursor(seq: number): Cursor {
  return encoded(["jobs", seq]);
}

/** @throws MediaError `invalid_argument` */
export function jobPlaceOf(cursor: Cursor): number {
  const parts: unknown = decoded(cursor);
  if (!Array.isArray(parts) || parts.length !== 2 || parts[0] !== "jobs") return refuse();
  const place: unknown = parts[1];
  return typeof place === "number" && Number.isSafeInteger(place) ? place : refuse();
}
