import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";

/** Most boxes looked at: a fragmented file has thousands, and says nothing of its length. */
const mostBoxes = 64;

/** Type and length of the box at a place in an MP4; length 0 means: up to the end. */
async function boxAt(file: FileHandle, at: number): Promise<{ type: string; length: number }> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(16), 0, 16, at);
  if (bytesRead < 8) return { type: "", length: 0 };
  const length = buffer.readUInt32BE(0);
  const type = buffer.toString("latin1", 4, 8);
  if (length !== 1 || bytesRead < 16) return { type, length };
  return { type, length: Number(buffer.readBigUInt64BE(8)) };
}

/**
 * How many bytes an MP4 or QuickTime file promises that are not there (ISO/IEC 14496-12, 4.2):
 * ffprobe and ffmpeg read a file that was cut off in its middle without a word. 0 for other files.
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
