import type { ObjectPlace } from "../objects/object-store.ts";

/**
 * Buckets that clients make beside `uploads` and `outputs`.
 *
 * Bucket: a name under which one owner keeps objects. Facts: what is known of an object beside its
 * bytes. Multipart upload: an object that comes in numbered parts, each stored when it has come.
 * Bytes lie in the object store's bucket `other`; this port keeps the records that point at them.
 */

export interface BucketRecord {
  readonly name: string;
  readonly owner: string;
  /** Milliseconds since 1970, UTC. */
  readonly createdAt: number;
  /** The location constraint it was made with; empty for none. */
  readonly region: string;
}

/** A checksum beside the entity tag. */
export interface ObjectChecksum {
  /** As in the name of S3's header: `crc32`, `sha256` … */
  readonly algorithm: string;
  /** Base 64; of a composite one with `-` and the number of parts. */
  readonly value: string;
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

export interface PartFacts {
  readonly number: number;
  readonly sizeBytes: number;
  readonly checksum?: ObjectChecksum;
}

export interface ObjectFacts {
  /** Without quotes: the MD5 in hexadecimal, or that of the parts' MD5s, `-` and their number. */
  readonly etag: string;
  /** Content headers, by name in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  /** The client's own, by name in small letters without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksum?: ObjectChecksum;
  readonly parts?: readonly PartFacts[];
  /** The upload in parts that it was made of. */
  readonly upload?: string;
}

/** Stored bytes as a record has them. */
interface Recorded {
  readonly version: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Bytes of an object or a part, and where they lie. */
export interface RecordedObject extends Recorded, ObjectPlace {}

export interface BucketObject extends Recorded {
  readonly bucket: string;
  readonly key: string;
  readonly facts: ObjectFacts;
}

export interface MultipartUpload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly owner: string;
  readonly createdAt: number;
  /** Of the object to be; the entity tag is not known yet. */
  readonly facts: Pick<ObjectFacts, "headers" | "metadata">;
  /** The kind of checksum that the client announced. */
  readonly checksum?: Pick<ObjectChecksum, "algorithm" | "type">;
}

export interface UploadedPart extends Recorded {
  readonly number: number;
  readonly etag: string;
  readonly checksum?: ObjectChecksum;
}

/** Keys in the order of their UTF-8 bytes, a page at a time. */
export interface KeyPage {
  readonly startsWith?: string;
  /** Keys after this one. */
  readonly after?: string;
  readonly limit: number;
}

/** What must be true of the object that has the key now, for a write to happen. Default: nothing. */
export type Expected = (existing: BucketObject | undefined) => void;

/**
 * Records of buckets, of what lies in them, and of uploads in parts. Bytes that a write leaves without
 * a record go to the trash in the same commit.
 */
export interface Buckets {
  /** Returns the bucket that has the name already; undefined when it was made. */
  createBucket(bucket: BucketRecord): Promise<BucketRecord | undefined>;
  getBucket(name: string): Promise<BucketRecord | undefined>;
  /** An owner's, by name. */
  listBuckets(owner: string): Promise<readonly BucketRecord[]>;
  /** Removes an empty bucket with its unfinished uploads; false when objects are in it. */
  removeBucket(name: string): Promise<boolean>;

  getObject(bucket: string, key: string): Promise<BucketObject | undefined>;
  listObjects(bucket: string, page: KeyPage): Promise<readonly BucketObject[]>;
  /**
   * Puts an object in the place of what has its key; false when the bucket is gone.
   * @param expected throws to prevent it; called within the commit
   */
  putObject(object: BucketObject, expected?: Expected): Promise<boolean>;
  /** Returns what was removed. @param expected throws to prevent it; called within the commit */
  removeObject(bucket: string, key: string, expected?: Expected): Promise<BucketObject | undefined>;

  /** Notes what a client said of an upload under this version. Replaces what was noted. */
  noteFacts(version: string, facts: ObjectFacts): Promise<void>;
  /** By version; those of which nothing was noted are missing. */
  factsOf(versions: readonly string[]): Promise<ReadonlyMap<string, ObjectFacts>>;

  startUpload(upload: MultipartUpload): Promise<void>;
  getUpload(id: string): Promise<MultipartUpload | undefined>;
  /**
   * An owner's, by key, then id.
   * @param page.after without `afterId`, uploads of this very key are left out, too
   */
  listUploads(
    bucket: string,
    owner: string,
    page: KeyPage & { readonly afterId?: string },
  ): Promise<readonly MultipartUpload[]>;
  /** Puts a part in the place of the one with its number; false when there is no such upload any more. */
  putPart(upload: string, part: UploadedPart): Promise<boolean>;
  /** By number. */
  listParts(upload: string): Promise<readonly UploadedPart[]>;
  /** Ends an upload, finished or not; false when there was none. Its parts go to the trash. */
  endUpload(id: string): Promise<boolean>;

  /** Objects of all buckets and parts of all uploads, by version, from this one on; with the place of their bytes. */
  recordedFrom(version: string, limit: number): Promise<readonly RecordedObject[]>;

  /** Ends uploads that began before this time, and forgets facts of media files that are gone. Returns how many ended. */
  tidy(before: number): Promise<number>;
}

/** Where the bytes of an object of such a bucket, or of a part, lie. */
export function placeOf(bucket: string, key: string): ObjectPlace {
  return { bucket: "other", key: `${bucket}/${key}` };
}
