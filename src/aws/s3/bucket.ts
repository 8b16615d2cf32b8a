import type { KeyPage, ObjectFacts } from "../../buckets/buckets.ts";
import type { Fingerprint } from "../../objects/object-store.ts";
import type { ObjectRef } from "../../media/media.ts";

/** One object as S3 shows it. */
export interface S3Object {
  readonly key: string;
  readonly sizeBytes: number;
  /** Milliseconds since 1970, UTC. */
  readonly modifiedAt: number;
  readonly facts: ObjectFacts;
  /** Where its bytes lie. */
  readonly ref: ObjectRef;
}

/** What must be true of the object that has the key now, for a write to happen: throws where it is not. */
export type Condition = (existing: S3Object | undefined) => void;

/** What comes with an object's bytes. */
export interface PutRequest {
  /** Where it is known beforehand. */
  readonly sizeBytes?: number;
  /** As the client states it. */
  readonly contentType?: string;
  /** Asked for when the bytes are stored, before a record points at them: what it throws prevents that. */
  readonly facts: (stored: Fingerprint) => ObjectFacts;
  readonly condition?: Condition;
}

/**
 * A bucket as its owner sees it: `uploads`, where an object is a media file, `outputs`, or one that a
 * client has made. All throw MediaError under a code of AWS's.
 */
export interface S3Bucket {
  readonly name: string;
  readonly createdAt: number;
  /** The location constraint it was made with; empty for none. */
  readonly region: string;
  /** Objects in the order of their keys' UTF-8 bytes. */
  list(page: KeyPage): Promise<readonly S3Object[]>;
  find(key: string): Promise<S3Object | undefined>;
  /** Whether an object may come in under the key. */
  checkPut(key: string): Promise<void>;
  put(key: string, source: AsyncIterable<Uint8Array>, put: PutRequest): Promise<S3Object>;
  /** Says whether there was one. */
  remove(key: string, condition?: Condition): Promise<boolean>;
  /** Removes the bucket itself, which must be empty. */
  removeBucket(): Promise<void>;
}
