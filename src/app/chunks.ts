import { open, type FileHandle } from "node:fs/promises";
import { MediaError } from "../media/errors.ts";
import type { ObjectRef } from "../media/media.ts";
import type { ObjectStore } from "../objects/object-store.ts";

/** Larger than what a socket buffers, so that a writer waits for each until it is handed on. */
const chunkBytes = 128 * 1024;
/** So many chunks are good at a time. */
const ringSize = 8;

async function* chunksOf(file: FileHandle, start: number, end: number): AsyncGenerator<Uint8Array> {
  const ring: Buffer[] = [];
  try {
    yield new Uint8Array(); // it has begun: from here on the file is closed however it ends
    for (let at = start, turn = 0; at < end; turn = (turn + 1) % ringSize) {
      const buffer = (ring[turn] ??= Buffer.allocUnsafeSlow(chunkBytes));
      const { bytesRead } = await file.read(buffer, 0, Math.min(chunkBytes, end - at), at);
      if (bytesRead === 0) throw new MediaError("storage_failed", "an object ends before its end");
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/**
 * An object's bytes `start` up to, not including, `end`, through a ring of buffers: a chunk is good
 * until seven more have been asked for. A download of any size takes a megabyte, where fresh buffers
 * would pile up until the next collection.
 * @throws MediaError `not_found`
 */
export async function objectChunks(
  objects: ObjectStore,
  object: ObjectRef,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<AsyncGenerator<Uint8Array>> {
  const file = await objects.withLocalFile(object, (path) => open(path));
  const chunks = chunksOf(file, start, end);
  await chunks.next();
  return chunks;
}
