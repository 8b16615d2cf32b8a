import type { Bucket, ObjectRef } from "../media/media.ts";

/** Bytes that no record points at any more, until they are removed from the store. */
export interface Trash {
  /** Bytes that no record points at any more and that may be removed now. */
  listTrash(): Promise<readonly Pick<ObjectRef, "bucket" | "version">[]>;
  /** Takes bytes off the trash, to remove them; false when a record points at them again. */
  takeTrash(bucket: Bucket, version: string): Promise<boolean>;
  /** Whether any record or the trash knows these bytes. */
  knowsBytes(bucket: Bucket, version: string): Promise<boolean>;
  /** Puts bytes into the trash if no record points at them now; says whether it did. */
  trashUnknown(bucket: Bucket, version: string): Promise<boolean>;
}
