import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { createStreamHash, type StreamHash } from "./hash-thread.ts";
import type { HashedBytes } from "./place-file.ts";

/** Bytes that come in small pieces, as from a network, are written in pieces of this size. */
const bufferBytes = 1024 * 1024;
/** One fills while others are written and hashed. What fits in all but one is hashed without a thread. */
const buffers = 4;

/** So much at a time is made durable while more comes, so that the end does not wait for all of it. */
const syncBytes = 8 * 1024 ** 2;

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.byteLength;)
    written += (await file.write(bytes, written)).bytesWritten;
}

/** Makes what was written so far durable now and then, in the background. */
function createSyncing(file: FileHandle) {
  let unsynced = 0;
  let syncing: Promise<void> | undefined;
  return {
    wrote(bytes: number): void {
      unsynced += bytes;
      if (syncing !== undefined || unsynced < syncBytes) return;
      unsynced = 0;
      // a failure shows itself at the end, when the whole is made durable
      syncing = file
        .datasync()
        .catch(() => {})
        .finally(() => (syncing = undefined));
    },
    rest: async () => syncing,
  };
}

/** Hashes a short stream here, and a long one on a thread: its first pieces wait until it is known. */
function createHashing() {
  const held: { readonly bytes: Uint8Array; readonly hashed: (by?: Promise<void>) => void }[] = [];
  let onThread: StreamHash | undefined;
  return {
    /** Resolves when the piece is hashed and may be written over. */
    update(bytes: Uint8Array): Promise<void> {
      if (onThread === undefined && held.length < buffers - 1)
        return new Promise((hashed) => held.push({ bytes, hashed }));
      const hash = (onThread ??= createStreamHash());
      for (const piece of held.splice(0)) piece.hashed(hash.update(piece.bytes));
      return hash.update(bytes);
    },
    /** To be asked for when there are no more pieces. */
    async digest(): Promise<string> {
      if (onThread !== undefined) return onThread.digest();
      const hash = createHash("sha256");
      for (const { bytes, hashed } of held.splice(0)) {
        hash.update(bytes);
        hashed();
      }
      return hash.digest("hex");
    },
    drop: () => onThread?.drop(),
  };
}

/**
 * Writes a stream to a file and hashes it on the way. There are a few buffers: while some are on their
 * way to the disk and being hashed, another one fills, so memory stays flat whatever the size. A chunk
 * is copied before the next one is asked for. The bytes are on the disk when it returns.
 */
export async function writeHashed(
  file: FileHandle,
  source: AsyncIterable<Uint8Array>,
): Promise<HashedBytes> {
  const hashing = createHashing();
  const syncing = createSyncing(file);
  /** Buffers in the order of their use; the first is the one that is free first. */
  const used: { readonly buffer: Uint8Array; readonly done: Promise<unknown> }[] = [];
  let filling: Uint8Array | undefined;
  let filled = 0;
  let sizeBytes = 0;
  let writing: Promise<void> = Promise.resolve();
  const nextBuffer = async (): Promise<Uint8Array> => {
    if (used.length < buffers) return new Uint8Array(new SharedArrayBuffer(bufferBytes));
    const first = used.shift();
    await first?.done;
    return first?.buffer ?? new Uint8Array(new SharedArrayBuffer(bufferBytes));
  };
  const flush = (): void => {
    if (filling === undefined || filled === 0) return;
    const bytes = filling.subarray(0, filled);
    writing = writing.then(() => writeAll(file, bytes));
    const done = Promise.all([writing, hashing.update(bytes)]);
    done.catch(() => {}); // told when it is waited for
    syncing.wrote(filled);
    used.push({ buffer: filling, done });
    [filling, filled] = [undefined, 0];
  };
  try {
    for await (const chunk of source) {
      sizeBytes += chunk.byteLength;
      for (let taken = 0; taken < chunk.byteLength;) {
        filling ??= await nextBuffer();
        const piece = chunk.subarray(taken, taken + bufferBytes - filled);
        filling.set(piece, filled);
        filled += piece.byteLength;
        taken += piece.byteLength;
        if (filled === bufferBytes) flush();
      }
    }
    flush();
    const digest = hashing.digest();
    digest.catch(() => {}); // told when it is waited for
    await writing;
    await Promise.all([file.sync(), ...used.map(({ done }) => done)]);
    return { sha256: await digest, sizeBytes };
  } finally {
    hashing.drop();
    await writing.catch(() => {}); // the file is not to be closed under it
    await syncing.rest();
  }
}
