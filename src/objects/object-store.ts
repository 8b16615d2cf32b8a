import type { Readable } from "node:stream";
import type { Bucket, ObjectRef } from "../media/media.ts";

/** What a store found out about bytes while it took them in. */
export interface StoredBytes {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * Where bytes live. The catalog says which of them count: a store may hold bytes that no record
 * points at yet, or any more; the sweep finds and removes those.
 */
export interface ObjectStore {
  /**
   * Takes in a stream. Bytes are durable when it returns; after a failure nothing is left. A chunk is
   * its source's again when the next one is asked for.
   */
  put(ref: ObjectRef, source: AsyncIterable<Uint8Array>): Promise<StoredBytes>;
  /**
   * Takes in a file: as a copy (without copying bytes where the disk can), or by moving it here.
   * @param options.link by a second name for the same bytes where the disk can: nobody may write to
   * them any more.
   * @param options.sha256 what the bytes of a file to be linked are known to have, so that they need
   * not be read for it.
   */
  putFile(
    ref: ObjectRef,
    path: string,
    options?: { move?: boolean; link?: boolean; signal?: AbortSignal; sha256?: string },
  ): Promise<StoredBytes>;
  /** Streams bytes `start` (default 0) up to, not including, `end` (default: the size); what lies past the end is left out. @throws MediaError `not_found` */
  read(ref: ObjectRef, range?: { start?: number; end?: number }): Promise<Readable>;
  /** Undefined when there is no such object. */
  stat(ref: ObjectRef): Promise<{ sizeBytes: number } | undefined>;
  /** Says whether there was something to remove. */
  remove(ref: ObjectRef): Promise<boolean>;
  /** Every version that has bytes, in no order. */
  list(bucket: Bucket): AsyncIterable<{ version: string; sizeBytes: number }>;
  /** Calls `use` with a path to the bytes, for programs that need a file. Not to be written to. @throws MediaError `not_found` */
  withLocalFile<T>(ref: ObjectRef, use: (path: string) => Promise<T>): Promise<T>;
}
