/** Sound as it comes from a decoder: how many channels, and its samples. */
export interface WavStream<End> {
  readonly channels: number;
  /** The samples alone. What the source returns in the end is returned. */
  readonly samples: AsyncGenerator<Uint8Array, End>;
}

/** Where the samples begin, and how many channels they have; undefined while more bytes are needed. */
function headOf(bytes: Buffer): { channels: number; start: number } | undefined {
  let channels = 0;
  for (let at = 12; at + 8 <= bytes.length;) {
    const [name, size] = [bytes.toString("latin1", at, at + 4), bytes.readUInt32LE(at + 4)];
    if (name === "data") return { channels, start: at + 8 };
    if (name === "fmt " && at + 12 <= bytes.length) channels = bytes.readUInt16LE(at + 10);
    at += 8 + size + (size % 2);
  }
  return undefined;
}

/** Reads the head of a WAV that arrives in pieces; undefined when the source ends before its samples. */
export async function readWav<End>(
  source: AsyncGenerator<Uint8Array, End>,
): Promise<WavStream<End> | { readonly ended: End }> {
  let begun = Buffer.alloc(0);
  for (;;) {
    const next = await source.next();
    if (next.done === true) return { ended: next.value };
    begun = Buffer.concat([begun, next.value]);
    const head = headOf(begun);
    if (head === undefined) continue;
    const first = begun.subarray(head.start);
    return { channels: Math.max(1, head.channels), samples: from(first, source) };
  }
}

async function* from<End>(
  first: Uint8Array,
  source: AsyncGenerator<Uint8Array, End>,
): AsyncGenerator<Uint8Array, End> {
  try {
    if (first.length > 0) yield first;
    return yield* source;
  } finally {
    // Hands an early end on to the source; it has no effect after the last piece.
    await source.return(undefined as End);
  }
}
