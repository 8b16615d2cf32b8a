import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { MediaError, asMediaError } from "../media/errors.ts";
import type { Bucket, ObjectRef } from "../media/media.ts";
import type { ObjectStore, StoredBytes } from "./object-store.ts";
import { checkBucket, checkRef, clipRange } from "./reference.ts";
import { chunksOf, openSource } from "./source-file.ts";

/** Objects in this process's memory, gone with it: for tests, and for media that fit. */
export function createMemoryObjectStore(): ObjectStore {
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
  const put = async (ref: ObjectRef, source: AsyncIterable<Uint8Array>): Promise<StoredBytes> => {
    checkRef(ref);
    const bytes = await collect(source);
    bucketOf(ref.bucket).set(ref.version, bytes);
    return {
      sha256: createHash("sha256").update(bytes).digest("hex"),
      sizeBytes: bytes.byteLength,
    };
  };

  return {
    put,

    async putFile(ref, path, { move = false, signal } = {}) {
      checkRef(ref);
      await using source = await openSource(path, { move });
      const stored = await put(ref, chunksOf(source, signal));
      if (move) await rm(path);
      return stored;
    },

    // oxlint-disable-next-line require-await -- a missing object is a rejection, not a throw
    async read(ref, range) {
      const bytes = find(ref);
      const { start, end } = clipRange(range, bytes.byteLength);
      return Readable.from(start < end ? [bytes.subarray(start, end)] : []);
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

    async withLocalFile(ref, use) {
      const bytes = find(ref);
      const folder = await mkdtemp(join(tmpdir(), "dailies-object-"));
      try {
        const path = join(folder, ref.version);
        await writeFile(path, bytes, { mode: 0o400 });
        return await use(path);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  try {
    // A copy: whoever made the chunk may use its memory again.
    for await (const chunk of source) chunks.push(Uint8Array.from(chunk));
  } catch (error) {
    throw asMediaError(error);
  }
  return Buffer.concat(chunks);
}
