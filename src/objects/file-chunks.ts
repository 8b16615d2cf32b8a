import type { FileHandle } from "node:fs/promises";

/** Larger than what a socket buffers, so that a writer waits for each until it is handed on. */
const chunkBytes = 128 * 1024;
/** So many chunks are good at a time. */
const ringSize = 8;

async function* chunksOf(
  file: FileHandle,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array, void, void> {
  const ring: Buffer[] = [];
  try {
    yield new Uint8Array(); // the generator has begun: from here on `finally` runs however it ends
    for (let at = start, turn = 0; at < end; turn = (turn + 1) % ringSize) {
      const buffer = (ring[turn] ??= Buffer.allocUnsafeSlow(chunkBytes));
      const { bytesRead } = await file.read(buffer, 0, Math.min(chunkBytes, end - at), at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/**
 * The bytes `start` up to, not including, `end` of an open file, which is closed when the generator
 * ends. A ring of buffers is used again and again: reading a file of any size takes a megabyte, where
 * fresh buffers would pile up until the next collection.
 */
export async function fileChunks(
  file: FileHandle,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<AsyncGenerator<Uint8Array, void, void>> {
  const chunks = chunksOf(file, start, end);
  await chunks.next();
  return chunks;
}
