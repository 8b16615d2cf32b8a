import { awsError } from "../errors.ts";
import type { Condition, S3Object } from "./bucket.ts";
import { headerOf, type S3Context } from "./context.ts";

/** Conditions of RFC 9110 on reads, copies and writes. */

const bare = (tag: string): string => tag.trim().replace(/^W\//, "").replace(/^"|"$/g, "");

/** Whether a list of entity tags names this one. */
function names(header: string, etag: string): boolean {
  return header.split(",").some((tag) => tag.trim() === "*" || bare(tag) === etag);
}

/** Dates of HTTP have seconds. A date that is none is ignored, as the RFC says. */
function isAfter(modifiedAt: number, header: string | undefined): boolean | undefined {
  const time = Date.parse(header ?? "");
  return Number.isNaN(time) ? undefined : Math.floor(modifiedAt / 1_000) * 1_000 > time;
}

/**
 * What the conditions of a request make of it.
 * @param prefix of the headers: `x-amz-copy-source-` for the source of a copy. Default: none
 */
export function judgeRead(
  context: S3Context,
  { facts, modifiedAt }: S3Object,
  prefix = "",
): "read" | "failed" | "unchanged" {
  const [match, noneMatch] = [
    headerOf(context, `${prefix}if-match`),
    headerOf(context, `${prefix}if-none-match`),
  ];
  const modified = isAfter(modifiedAt, headerOf(context, `${prefix}if-modified-since`));
  const unmodified = isAfter(modifiedAt, headerOf(context, `${prefix}if-unmodified-since`));
  if (match !== undefined ? !names(match, facts.etag) : unmodified === true) return "failed";
  if (noneMatch !== undefined ? names(noneMatch, facts.etag) : modified === false)
    return "unchanged";
  return "read";
}

/** The condition of a write or a removal; undefined when there is none. */
export function writeCondition(context: S3Context): Condition | undefined {
  const match = headerOf(context, "if-match");
  const noneMatch = headerOf(context, "if-none-match");
  if (match === undefined && noneMatch === undefined) return undefined;
  if (noneMatch !== undefined && noneMatch.trim() !== "*" && match === undefined)
    return (existing) => {
      if (existing !== undefined && names(noneMatch, existing.facts.etag))
        throw awsError("PreconditionFailed", undefined, { Condition: "If-None-Match" });
    };
  return (existing) => {
    if (noneMatch !== undefined && existing !== undefined)
      throw awsError("PreconditionFailed", undefined, { Condition: "If-None-Match" });
    if (match === undefined) return;
    if (existing === undefined) throw awsError("NoSuchKey");
    if (!names(match, existing.facts.etag))
      throw awsError("PreconditionFailed", undefined, { Condition: "If-Match" });
  };
}
