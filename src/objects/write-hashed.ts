import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import type { StoredBytes } from "./object-store.ts";

/** Bytes that come in small pieces, as from a network, are written in pieces of this size. */
const bufferBytes = 1024 * 1024;

/** So much at a time is made durable while more comes, so that the end does not wait for all of it. */
const syncBytes = 8 * 1024 ** 2;

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.byteLength;)
    written += (await file.write(bytes, written)).bytesWritten;
}

/**
 * Writes a stream to a file and hashes it on the way. There are two buffers: while one is on its way
 * to the disk, its bytes are hashed and the other one fills, so memory stays flat whatever the size.
 * The bytes are on the disk when it returns.
 */
export async function writeHashed(
  file: FileHandle,
  source: AsyncIterable<Uint8Array>,
): Promise<StoredBytes> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  let [filling, resting]: (Buffer | undefined)[] = [];
  let filled = 0;
  let writing: Promise<void> = Promise.resolve();
  let unsynced = 0;
  let syncing: Promise<void> | undefined;
  const syncSome = (): void => {
    if (syncing !== undefined || unsynced < syncBytes) return;
    unsynced = 0;
    // a failure shows itself at the end, when the whole is made durable
    syncing = file
      .datasync()
      .catch(() => {})
      .finally(() => (syncing = undefined));
  };
  const flush = async (): Promise<void> => {
    await writing;
    if (filling === undefined || filled === 0) return;
    const bytes = filling.subarray(0, filled);
    writing = writeAll(file, bytes);
    writing.catch(() => {}); // told when it is waited for
    hash.update(bytes);
    unsynced += filled;
    syncSome();
    [filling, resting, filled] = [resting, filling, 0];
  };
  try {
    for await (const chunk of source) {
      sizeBytes += chunk.byteLength;
      for (let taken = 0; taken < chunk.byteLength;) {
        filling ??= Buffer.allocUnsafeSlow(bufferBytes);
        const piece = chunk.subarray(taken, taken + bufferBytes - filled);
        filling.set(piece, filled);
        filled += piece.byteLength;
        taken += piece.byteLength;
        if (filled === bufferBytes) await flush();
      }
    }
    await flush();
  } finally {
    await writing.catch(() => {}); // the file is not to be closed under it
    await syncing;
  }
  await writing;
  await file.sync();
  return { sha256: hash.digest("hex"), sizeBytes };
}
