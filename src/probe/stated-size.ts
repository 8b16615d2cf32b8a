import type { FileHandle } from "node:fs/promises";

/**
 * How long a file is by what it states itself: the sizes of its boxes, chunks or objects. ffprobe and ffmpeg
 * do not report a file that ends before. Undefined: it states nothing.
 */
export type StatedSize = (file: FileHandle, sizeBytes: number) => Promise<number | undefined>;

/** The most boxes or chunks that are passed: a fragmented MP4 has thousands and does not state its length. */
const mostParts = 64;

async function bytesAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}

/** Walks parts that state their own length; the end of the last one, which may be beyond the file's. */
async function endOfParts(
  sizeBytes: number,
  from: number,
  lengthAt: (at: number) => Promise<number | undefined>,
): Promise<number | undefined> {
  let at = from;
  for (let parts = 0; parts < mostParts && at < sizeBytes; parts += 1) {
    const length = await lengthAt(at);
    if (length === undefined || length < 8) return undefined;
    at += length;
  }
  return at;
}

/** MP4 and QuickTime (ISO/IEC 14496-12, 4.2). A box of length 0 goes up to the end. */
const boxes: StatedSize = async (file, sizeBytes) => {
  let isFirst = true;
  return endOfParts(sizeBytes, 0, async (at) => {
    const head = await bytesAt(file, at, 16);
    if (head.length < 8) return undefined;
    const isMp4 = /^(?:ftyp|moov|mdat|wide|skip|free)$/.test(head.toString("latin1", 4, 8));
    if (isFirst && !isMp4) return undefined;
    isFirst = false;
    const length = head.readUInt32BE(0);
    return length === 1 && head.length === 16 ? Number(head.readBigUInt64BE(8)) : length;
  });
};

/** Programs that do not know the length beforehand write one of these, and leave it there. */
const unknownSizes = new Set([0, 0x7fff_ffff, 0xffff_ffff]);
/** The most chunks of a WAV that are passed. */
const mostChunks = 1000;

/** WAV and RF64 (EBU Tech 3306), by the size of the chunk `data`. */
const wav: StatedSize = async (file, sizeBytes) => {
  let at = 12;
  let largeBytes: number | undefined;
  for (let chunks = 0; chunks < mostChunks && at < sizeBytes; chunks += 1) {
    const head = await bytesAt(file, at, 24);
    if (head.length < 8) return undefined;
    const [id, size] = [head.toString("latin1", 0, 4), head.readUInt32LE(4)];
    if (id === "ds64" && head.length === 24) largeBytes = Number(head.readBigUInt64LE(16));
    if (id === "data") {
      if (size === 0xffff_ffff && largeBytes) return at + 8 + largeBytes;
      return unknownSizes.has(size) ? undefined : at + 8 + size;
    }
    at += 8 + size + (size % 2);
  }
  return undefined;
};

/** Programs that count the head of 8 bytes twice, or leave out a filling byte, are told from a cut. */
const slackBytes = 9;

/** AVI: one RIFF after the other. */
const avi: StatedSize = async (file, sizeBytes) => {
  const end = await endOfParts(sizeBytes, 0, async (at) => {
    const head = await bytesAt(file, at, 8);
    if (head.length < 8 || head.toString("latin1", 0, 4) !== "RIFF") return undefined;
    const size = head.readUInt32LE(4);
    return unknownSizes.has(size) ? undefined : 8 + size;
  });
  return end === undefined || end - sizeBytes <= slackBytes ? undefined : end;
};

/** Wave64: the whole file's size stands behind its first identifier. */
const w64: StatedSize = async (file) => {
  const head = await bytesAt(file, 0, 24);
  return head.length < 24 ? undefined : Number(head.readBigUInt64LE(16)) || undefined;
};

/** Core Audio: chunks of 64-bit length; −1 is a length that is not known. */
const caf: StatedSize = (file, sizeBytes) =>
  endOfParts(sizeBytes, 8, async (at) => {
    const head = await bytesAt(file, at, 12);
    const length = head.length < 12 ? -1n : head.readBigInt64BE(4);
    return length < 0n ? undefined : 12 + Number(length);
  });

/** Windows Media (ASF): objects of 64-bit length. */
const asf: StatedSize = (file, sizeBytes) =>
  endOfParts(sizeBytes, 0, async (at) => {
    const head = await bytesAt(file, at, 24);
    return head.length < 24 ? undefined : Number(head.readBigUInt64LE(16));
  });

/** By `MediaFacts.container`. */
export const statedSizes: Readonly<Record<string, StatedSize>> = {
  "mov,mp4,m4a,3gp,3g2,mj2": boxes,
  wav,
  avi,
  w64,
  caf,
  asf,
};
