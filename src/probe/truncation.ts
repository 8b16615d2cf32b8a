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

/**
 * How many bytes are missing at the end of an MP4 or QuickTime file, by its own boxes (ISO/IEC
 * 14496-12, 4.2): ffprobe and ffmpeg do not report a file that was cut off. 0 for other files.
 */
export async function missingBytes(path: string, sizeBytes: number): Promise<number> {
  const file = await open(path);
  try {
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
