import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { MediaError, asMediaError } from "../media/errors.ts";
import { createIdSource, newSession } from "../media/ids.ts";
import type { Bucket, ObjectRef } from "../media/media.ts";
import {
  notSupported,
  type ObjectPlace,
  type ObjectStore,
  type StoredBytes,
} from "./object-store.ts";
import { checkBucket, checkRef, clipRange } from "./reference.ts";
import { chunksOf, openSource } from "./source-file.ts";

/**
 * Objects in this process's memory, gone with it: for tests, and for media files that fit. It has no
 * capability beyond the plain ones, as a store across a network has none.
 */
export function createMemoryObjectStore({
  newVersion = createIdSource(newSession()),
}: { readonly newVersion?: () => string } = {}): ObjectStore {
  const buckets = new Map<Bucket, Map<string, Buffer>>();

  const bucketOf = (bucket: Bucket): Map<string, Buffer> => {
    const found = buckets.get(checkBucket(bucket)) ?? new Map<string, Buffer>();
    buckets.set(bucket, found);
    return found;
  };
  const find = (ref: ObjectRef): Buffer => {
    checkRef(ref);
    const bytes = bucketOf(ref.bucket).get(ref.version);
    if (bytes !== undefined) return bytes;
    throw new MediaError("not_found", `there are no bytes of ${ref.key} in ${ref.bucket}`);
  };
  const put = async (
    { bucket, key }: ObjectPlace,
    source: AsyncIterable<Uint8Array>,
  ): Promise<StoredBytes> => {
    const ref: ObjectRef = { bucket, key, version: newVersion() };
    checkRef(ref);
    const bytes = await collect(source);
    bucketOf(bucket).set(ref.version, bytes);
    const value = createHash("sha256").update(bytes).digest("hex");
    return {
      ...ref,
      fingerprint: { algorithm: "sha256", value },
      sizeBytes: bytes.byteLength,
    };
  };

  return {
    capabilities: { localPaths: false, links: false, restoring: false, sweeping: false },
    put,

    async putFile(place, file, { move = false, signal } = {}) {
      checkBucket(place.bucket);
      if (typeof file !== "string") return put(place, chunksOf(file, signal));
      await using source = await openSource(file, { follow: !move });
      const stored = await put(place, chunksOf(source, signal));
      if (move) await rm(file);
      return stored;
    },

    // oxlint-disable-next-line require-await -- a missing object is a rejection, not a throw
    async read(ref, range) {
      const bytes = find(ref);
      const { start, end } = clipRange(range, bytes.byteLength);
      return (async function* () {
        if (start < end) yield bytes.subarray(start, end);
      })();
    },

    // oxlint-disable-next-line require-await
    async stat(ref) {
      checkRef(ref);
      const bytes = bucketOf(ref.bucket).get(ref.version);
      return bytes && { sizeBytes: bytes.byteLength };
    },

    // oxlint-disable-next-line require-await
    async remove(ref) {
      checkRef(ref);
      return bucketOf(ref.bucket).delete(ref.version);
    },

    async *list(bucket) {
      for (const [version, bytes] of bucketOf(bucket))
        yield { version, sizeBytes: bytes.byteLength };
    },

    localPath: () => Promise.reject(notSupported("localPaths")),
    linkFile: () => Promise.reject(notSupported("links")),
    restoreFile: () => Promise.reject(notSupported("restoring")),
    sweep: () => Promise.reject(notSupported("sweeping")),
  };
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  try {
    // A copy: the code that made the chunk may use its memory again.
    for await (const chunk of source) chunks.push(Uint8Array.from(chunk));
  } catch (error) {
    throw asMediaError(error);
  }
  return Buffer.concat(chunks);
}
