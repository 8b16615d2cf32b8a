import { MediaError } from "../media/errors.ts";
import type { Bucket, ObjectRef } from "../media/media.ts";

// Buckets and versions become path segments. They are our own, but they come back from a
// database and over the wire, so a store believes nothing: no dot, no slash, nothing to escape by.
const bucketName = /^[a-z0-9][a-z0-9-]{0,62}$/;
const versionId = /^[0-9A-Za-z][0-9A-Za-z_-]{0,127}$/;

export const isVersion = (text: string): boolean => versionId.test(text);

/** @throws MediaError `invalid_argument` when the name could not be a folder of its own. */
export function checkBucket(bucket: Bucket): Bucket {
  if (bucketName.test(bucket)) return bucket;
  throw new MediaError("invalid_argument", `${JSON.stringify(bucket)} is not a bucket`);
}

/** @throws MediaError `invalid_argument` when bucket or version could lead out of the store. */
export function checkRef(ref: Pick<ObjectRef, "bucket" | "version">): void {
  checkBucket(ref.bucket);
  if (!isVersion(ref.version))
    throw new MediaError("invalid_argument", `${JSON.stringify(ref.version)} is not a version`);
}

/**
 * The part of `range` that lies within the bytes that are there, half-open.
 * @throws MediaError `invalid_argument` when it is no range: negative, fractional, or end before start.
 */
export function clipRange(
  range: { start?: number; end?: number } = {},
  sizeBytes: number,
): { start: number; end: number } {
  const { start = 0, end = Math.max(start, sizeBytes) } = range;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start)
    throw new MediaError("invalid_argument", `bytes ${start} to ${end} are not a range`);
  return { start: Math.min(start, sizeBytes), end: Math.min(end, sizeBytes) };
}
