import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { createBufferPool, type BufferPool } from "./buffer-pool.ts";
import { createStreamHash, type StreamHash } from "./hash-thread.ts";
import type { HashedBytes } from "./place-file.ts";

/** Bytes that come in small pieces, as from a network, are written in pieces of this size. */
const bufferBytes = 1024 * 1024;
/** What fits in so many buffers is hashed without a thread. */
const heldBuffers = 3;
/** Of one stream so many are written and hashed at most, while another one fills. */
const buffersOnTheWay = 4;
/** All streams of this process share so many. */
const shared = createBufferPool({ bufferBytes, buffers: 16 });

/** A stream that sends nothing for so long gives back its buffers: what they hold is written. */
const stallMs = 250;
/** A buffer that takes longer to fill is written as it is: a stream that drips keeps it from others. */
const fillMs = 1_000;

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
  const release = (): StreamHash => {
    const hash = (onThread ??= createStreamHash());
    for (const piece of held.splice(0)) piece.hashed(hash.update(piece.bytes));
    return hash;
  };
  return {
    /** Resolves when the piece is hashed and may be written over. */
    update(bytes: Uint8Array): Promise<void> {
      if (onThread === undefined && held.length < heldBuffers)
        return new Promise((hashed) => held.push({ bytes, hashed }));
      return release().update(bytes);
    },
    /** Hashes a piece now; resolves when it is hashed. */
    updateNow: (bytes: Uint8Array): Promise<void> => release().update(bytes),
    /** Hashes what waits, so that its buffers are free. */
    release(): void {
      if (held.length > 0) release();
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
    drop(): void {
      onThread?.drop();
      for (const { hashed } of held.splice(0)) hashed();
    },
  };
}

/** Gathers pieces in buffers of the pool, and hands full ones to the disk and the hash. */
function createGathering(file: FileHandle, pool: BufferPool) {
  const hashing = createHashing();
  const syncing = createSyncing(file);
  /** Buffers on their way, in the order of their use. */
  const used: Promise<unknown>[] = [];
  let filling: Uint8Array | undefined;
  let filled = 0;
  let fillingSince = 0;
  let writing: Promise<void> = Promise.resolve();
  const flush = (): void => {
    if (filling === undefined) return;
    const buffer = filling;
    const bytes = buffer.subarray(0, filled);
    if (filled > 0) writing = writing.then(() => writeAll(file, bytes));
    const hashed = filled > 0 ? hashing.update(bytes) : undefined;
    const done = Promise.all([writing, hashed]);
    done.catch(() => {}); // told when it is waited for
    used.push(done);
    void Promise.allSettled([writing, hashed]).then(() => pool.give(buffer));
    syncing.wrote(filled);
    [filling, filled] = [undefined, 0];
  };
  const nextBuffer = async (): Promise<Uint8Array | undefined> => {
    if (used.length === buffersOnTheWay) await used.shift();
    fillingSince = performance.now();
    return pool.take();
  };
  /** All buffers are in use: the piece goes to the disk and the hash from where it is. */
  const pass = async (bytes: Uint8Array): Promise<void> => {
    writing = writing.then(() => writeAll(file, bytes));
    syncing.wrote(bytes.byteLength);
    await Promise.all([writing, hashing.updateNow(bytes)]);
  };
  return {
    async add(chunk: Uint8Array): Promise<void> {
      for (let taken = 0; taken < chunk.byteLength;) {
        filling ??= await nextBuffer();
        if (filling === undefined) return pass(chunk.subarray(taken));
        const piece = chunk.subarray(taken, taken + pool.bufferBytes - filled);
        filling.set(piece, filled);
        filled += piece.byteLength;
        taken += piece.byteLength;
        if (filled === pool.bufferBytes || performance.now() - fillingSince > fillMs) flush();
      }
    },
    /** Nothing comes at present: gives all buffers back. */
    rest(): void {
      flush();
      hashing.release();
    },
    async end(): Promise<string> {
      flush();
      const digest = hashing.digest();
      digest.catch(() => {}); // told when it is waited for
      await writing;
      await Promise.all([file.sync(), ...used]);
      return digest;
    },
    async close(): Promise<void> {
      if (filling !== undefined) pool.give(filling);
      filling = undefined;
      hashing.drop();
      await writing.catch(() => {}); // the file is not to be closed under it
      await syncing.rest();
    },
  };
}

/**
 * Writes a stream to a file and hashes it on the way. While some buffers are on their way to the disk
 * and being hashed, another one fills, so memory stays flat whatever the size; all streams share one
 * budget of buffers, and a stream that stalls holds none. A chunk is copied before the next one is asked
 * for. The bytes are on the disk when it returns.
 * @param options.pool Default: the one of this process, 16 MiB
 */
export async function writeHashed(
  file: FileHandle,
  source: AsyncIterable<Uint8Array>,
  { pool = shared }: { readonly pool?: BufferPool } = {},
): Promise<HashedBytes> {
  const gathering = createGathering(file, pool);
  let sizeBytes = 0;
  let stalled: NodeJS.Timeout | undefined;
  try {
    for await (const chunk of source) {
      clearTimeout(stalled);
      sizeBytes += chunk.byteLength;
      await gathering.add(chunk);
      stalled = setTimeout(() => gathering.rest(), stallMs);
    }
    clearTimeout(stalled);
    return { sha256: await gathering.end(), sizeBytes };
  } finally {
    clearTimeout(stalled);
    await gathering.close();
  }
}
