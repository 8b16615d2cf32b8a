import { timeOf } from "../media/ids.ts";
import { MediaError } from "../media/errors.ts";
import { parseHttpDate } from "./http-date.ts";
import { wrongField } from "./problems.ts";

/** Conditional requests: RFC 9110 section 13. */

/** What conditions are about: the bytes that an address has now. */
export interface Representation {
  /** A strong entity tag, with its quotes. Absent: there is none. */
  readonly etag?: string;
  /** When these bytes took their place, in milliseconds since 1970. Absent: nobody knows. */
  readonly modifiedAt?: number;
}

/** Reads a header of a request. */
export type Header = (name: string) => string | undefined;

/**
 * The bytes of a media file or of one of its outputs.
 * @param versions what has to change for other bytes to come: the object, and the media file
 */
export function representationOf(
  sha256: string,
  versions: readonly string[],
): Representation & { readonly etag: string } {
  const etag = `"${sha256}"`;
  return versions.length === 0 ? { etag } : { etag, modifiedAt: Math.max(...versions.map(timeOf)) };
}

const entityTag = String.raw`(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`;
const member = String.raw`[ \t]*(?:${entityTag}[ \t]*)?`;
const tagList = new RegExp(`^${member}(?:,${member})*$`);
const eachTag = new RegExp(entityTag, "g");

/** The entity tags of a list, or `*`; undefined when it is neither. */
function tagsOf(value: string): readonly string[] | "*" | undefined {
  if (value.trim() === "*") return "*";
  const tags = value.match(eachTag);
  return tagList.test(value) && tags !== null ? tags : undefined;
}

const weak = /^W\//;

/** Whether a list names the bytes. A weak tag may name them where it is enough to have the same meaning. */
function names(
  tags: readonly string[] | "*",
  current: Representation | undefined,
  comparison: "strong" | "weak",
): boolean {
  if (tags === "*" || current === undefined) return current !== undefined;
  if (current.etag === undefined) return false;
  const compared = comparison === "weak" ? tags.map((tag) => tag.replace(weak, "")) : tags;
  return compared.includes(current.etag);
}

/** Whether the bytes are newer than a date; undefined when date or age is not known: then no condition counts. */
function isNewer(date: string, current: Representation | undefined): boolean | undefined {
  const than = parseHttpDate(date);
  if (than === undefined || current?.modifiedAt === undefined) return undefined;
  return Math.floor(current.modifiedAt / 1_000) > Math.floor(than / 1_000);
}

/** @throws MediaError `invalid_argument` where the header must be understood and is not */
function listIn(header: Header, name: string): readonly string[] | "*" | undefined {
  const value = header(name);
  if (value === undefined) return undefined;
  const tags = tagsOf(value);
  if (tags !== undefined) return tags;
  const message = 'must be * or entity tags, each in quotes: "…"';
  throw wrongField({ in: "header", field: name, message });
}

const failed = (header: string): MediaError =>
  new MediaError("precondition_failed", `${header} does not hold for what is there now`);

/** If-Match, or else If-Unmodified-Since. @throws MediaError `precondition_failed` */
function requireUnchanged(header: Header, current: Representation | undefined): void {
  const wanted = listIn(header, "if-match");
  if (wanted !== undefined && !names(wanted, current, "strong")) throw failed("If-Match");
  if (wanted !== undefined) return;
  if (isNewer(header("if-unmodified-since") ?? "", current) === true)
    throw failed("If-Unmodified-Since");
}

/**
 * Refuses a request that changes something when one of its conditions does not hold.
 * @param current what is at the address now; undefined when nothing is
 * @throws MediaError `precondition_failed`; `invalid_argument` for tags that are none
 */
export function requireConditions(header: Header, current: Representation | undefined): void {
  requireUnchanged(header, current);
  const unwanted = listIn(header, "if-none-match");
  if (unwanted !== undefined && names(unwanted, current, "weak")) throw failed("If-None-Match");
}

const conditions = ["if-match", "if-none-match", "if-unmodified-since"];

/** Whether a request that changes something has a condition. */
export const isConditional = (header: Header): boolean =>
  conditions.some((name) => header(name) !== undefined);

/**
 * Whether a client that asks for bytes has them already.
 * @throws MediaError `precondition_failed`; `invalid_argument` for tags in If-Match that are none
 */
export function isNotModified(header: Header, current: Representation): boolean {
  requireUnchanged(header, current);
  const known = header("if-none-match");
  // tags that are none are passed over: the bytes are sent
  if (known !== undefined) return names(tagsOf(known) ?? [], current, "weak");
  return isNewer(header("if-modified-since") ?? "", current) === false;
}

/** Whether a Range counts: with If-Range only when that is this very entity, by its tag or its exact date. */
export function rangeCounts(ifRange: string | undefined, current: Representation): boolean {
  if (ifRange === undefined || ifRange.trim() === current.etag) return true;
  const date = parseHttpDate(ifRange);
  if (date === undefined || current.modifiedAt === undefined) return false;
  return Math.floor(current.modifiedAt / 1_000) * 1_000 === date;
}
