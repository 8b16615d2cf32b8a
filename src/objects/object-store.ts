import type { FileHandle } from "node:fs/promises";
import type { Bucket, ObjectRef } from "../media/media.ts";
import { MediaError } from "../media/errors.ts";

/** Where an object is put. The store names the version. */
export type ObjectPlace = Pick<ObjectRef, "bucket" | "key">;

/** What tells equal bytes from others. Two fingerprints can be compared only under one algorithm. */
export interface Fingerprint {
  readonly algorithm: "sha256";
  /** Hexadecimal. */
  readonly value: string;
}

/** What a store found out about bytes while it took them in, and the version it named. */
export interface StoredBytes extends ObjectRef {
  readonly fingerprint: Fingerprint;
  readonly sizeBytes: number;
}

/** Half-open: bytes `start` (default: 0) up to, not including, `end` (default: the size). */
export interface ByteRange {
  readonly start?: number;
  readonly end?: number;
}

/** What one store can do and another cannot. Each names the methods that need it. */
export interface ObjectStoreCapabilities {
  /** Objects are files on this machine: `localPath`. */
  readonly localPaths: boolean;
  /** A file on this machine can get a second name in the store, so that its bytes are not copied: `linkFile`. */
  readonly links: boolean;
  /** Bytes can keep a version that another store named: `restoreFile`. */
  readonly restoring: boolean;
  /** A version names the session that made it, so that what dead sessions left can be found: `sweep`. */
  readonly sweeping: boolean;
}

/**
 * Where bytes live. The catalog says which of them count: a store may hold bytes that no record
 * points at yet, or any more; the sweep finds and removes those.
 *
 * Every method throws MediaError `invalid_argument` for a bucket or a version that cannot be one. A
 * method that needs a capability which the store lacks throws `not_supported`.
 */
export interface ObjectStore {
  readonly capabilities: ObjectStoreCapabilities;
  /**
   * Takes in a stream under a fresh version. The bytes are durable when it returns; after a failure
   * nothing is left. A source may use a chunk's memory again as soon as the next chunk is asked for.
   */
  put(place: ObjectPlace, source: AsyncIterable<Uint8Array>): Promise<StoredBytes>;
  /**
   * Takes in a file under a fresh version: a copy, without copying bytes where the disk can. An open
   * file is read from its start and stays open.
   * @param options.move the file at the path is gone afterwards. Default: false
   */
  putFile(
    place: ObjectPlace,
    file: string | FileHandle,
    options?: { readonly move?: boolean; readonly signal?: AbortSignal },
  ): Promise<StoredBytes>;
  /**
   * Reads bytes; a range that goes past the end is cut there. A chunk is good until seven more have
   * been asked for: copy what is kept longer. End the generator with `return()` when it is not read
   * to its end.
   * @throws MediaError `not_found`; `invalid_argument` when the range is none
   */
  read(ref: ObjectRef, range?: ByteRange): Promise<AsyncGenerator<Uint8Array, void, void>>;
  /** Undefined when there is no such object. */
  stat(ref: ObjectRef): Promise<{ sizeBytes: number } | undefined>;
  /** Returns whether there was something to remove. */
  remove(ref: ObjectRef): Promise<boolean>;
  /** Every version that has bytes, in no order. */
  list(bucket: Bucket): AsyncIterable<{ version: string; sizeBytes: number }>;

  /**
   * The path of the bytes; never write to it. Programs that need a file whatever the store use
   * `withLocalFile`.
   * @throws MediaError `not_found`
   */
  localPath(ref: ObjectRef): Promise<string>;
  /**
   * Takes in a file under a fresh version by giving it a second name. Nobody may write to the file
   * any more. Where the disk cannot link, the bytes are copied.
   * @param options.fingerprint of the file, where it is known: then its bytes are not read
   */
  linkFile(
    place: ObjectPlace,
    path: string,
    options?: { readonly fingerprint?: Fingerprint; readonly signal?: AbortSignal },
  ): Promise<StoredBytes>;
  /** As `putFile` by copying, under a version that another store named. Replaces what that version has. */
  restoreFile(
    ref: ObjectRef,
    path: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<StoredBytes>;
  /** Removes what sessions that are gone left half taken in; returns how many files. */
  sweep(isLive: (session: string) => boolean): Promise<number>;
}

/** What a store throws when it is asked for what it cannot do. */
export function notSupported(capability: keyof ObjectStoreCapabilities): MediaError {
  return new MediaError("not_supported", `this object store has no ${capability}`);
}
