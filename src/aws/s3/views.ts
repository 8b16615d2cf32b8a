import { MediaError } from "../../media/errors.ts";
import { isBucketName } from "./keys.ts";

/**
 * Buckets that show the library: `uploads` and `outputs` show all of an owner's, and an input bucket with
 * its output bucket shows the media files whose names begin with the input bucket's name and a slash.
 */
export interface BucketView {
  readonly shows: "media" | "outputs";
  /** What the names of its media files begin with. */
  readonly prefix: string;
}

export type BucketViews = ReadonlyMap<string, BucketView>;

/** A bucket whose objects are processed, and where what is made of them is shown. */
export interface InputBucket {
  readonly bucket: string;
  /** Default: `outputs`, under the names of the media files. */
  readonly outputs?: string;
}

const always: readonly (readonly [string, BucketView])[] = [
  ["uploads", { shows: "media", prefix: "" }],
  ["outputs", { shows: "outputs", prefix: "" }],
];

/** @throws MediaError `invalid_config` for a name that no bucket can have, or that two would have */
export function bucketViews(inputs: readonly InputBucket[]): BucketViews {
  const views = new Map(always);
  const add = (name: string, view: BucketView): void => {
    if (!isBucketName(name))
      throw new MediaError("invalid_config", `--input: ${JSON.stringify(name)} cannot be a bucket`);
    if (views.has(name))
      throw new MediaError("invalid_config", `--input: the bucket ${name} is named twice`);
    views.set(name, view);
  };
  for (const { bucket, outputs } of inputs) {
    const prefix = `${bucket}/`;
    add(bucket, { shows: "media", prefix });
    if (outputs !== undefined) add(outputs, { shows: "outputs", prefix });
  }
  return views;
}
