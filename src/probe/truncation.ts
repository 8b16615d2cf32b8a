import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";

/** The most boxes that are read: a fragmented file has thousands and does not state its length. */
const mostBoxes = 64;

/** Type and length of the box at an offset of an MP4. Length 0 means: up to the end. */
async function boxAt(file: FileHandle, at: number): Promise<{ type: string; length: number }> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(16), 0, 16, at);
  if (bytesRead < 8) return { type: "", length: 0 };
  const length = buffer.readUInt32BE(0);
  const type = buffer.toString("latin1", 4, 8);
  if (length !== 1 || bytesRead < 16) return { type, length };
  return { type, length: Number(buffer.readBigUInt64BE(8)) };
}

/** The most chunks of a RIFF file that are passed. */
const mostChunks = 1000;
/** Programs that do not know the length beforehand write one of these, and leave it there. */
const unknownSizes = new Set([0, 0x7fff_ffff, 0xffff_ffff]);

/** How many bytes are missing of the samples of a WAV, by the size of its chunk `data`. */
async function missingOfWav(file: FileHandle, sizeBytes: number): Promise<number> {
  let at = 12;
  for (let chunks = 0; chunks < mostChunks && at < sizeBytes; chunks += 1) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(8), 0, 8, at);
    if (bytesRead < 8) return 0;
    const size = buffer.readUInt32LE(4);
    if (buffer.toString("latin1", 0, 4) === "data")
      return unknownSizes.has(size) ? 0 : Math.max(0, at + 8 + size - sizeBytes);
    at += 8 + size + (size % 2);
  }
  return 0;
}

/**
 * How many bytes are missing at the end of an MP4 or QuickTime file, by its own boxes (ISO/IEC
 * 14496-12, 4.2), or of a WAV, by its chunks: ffprobe and ffmpeg do not report a file that was cut off.
 * 0 for other files.
 */
export async function missingBytes(path: string, sizeBytes: number): Promise<number> {
  const file = await open(path);
  try {
    const { buffer: head } = await file.read(Buffer.alloc(12), 0, 12, 0);
    if (/^RIFF.{4}WAVE/s.test(head.toString("latin1"))) return await missingOfWav(file, sizeBytes);
    let at = 0;
    for (let boxes = 0; boxes < mostBoxes && at < sizeBytes; boxes += 1) {
      const { type, length } = await boxAt(file, at);
      const isFirstOfMp4 = /^(?:ftyp|moov|mdat|wide|skip|free)$/.test(type);
      if ((boxes === 0 && !isFirstOfMp4) || length < 8) return 0;
      at += length;
    }
    return Math.max(0, at - sizeBytes);
  } finally {
    await file.close();
  }
}
