/** Buffers of one size that everything in this process shares: all streams together take no more memory than this. */
export interface BufferPool {
  readonly bufferBytes: number;
  /** Undefined while all are in use. */
  take(): Uint8Array | undefined;
  give(buffer: Uint8Array): void;
}

/** Buffers lie in shared memory, so that a thread can hash them. They are made when first needed, and kept. */
export function createBufferPool(options: {
  readonly bufferBytes: number;
  readonly buffers: number;
}): BufferPool {
  const { bufferBytes, buffers } = options;
  const free: Uint8Array[] = [];
  let made = 0;
  return {
    bufferBytes,
    take() {
      if (free.length > 0 || made === buffers) return free.pop();
      made += 1;
      return new Uint8Array(new SharedArrayBuffer(bufferBytes));
    },
    give: (buffer) => void free.push(buffer),
  };
}
