import type { FileHandle } from "node:fs/promises";

/** Up to `length` bytes from `position`; fewer at the end of the file. */
export async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** A box of an MP4: where its contents begin and end. */
export interface Mp4Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** The boxes that lie in a stretch of the file (ISO/IEC 14496-12, 4.2). */
export async function boxesIn(file: FileHandle, start: number, end: number): Promise<Mp4Box[]> {
  const boxes: Mp4Box[] = [];
  for (let at = start; at + 8 <= end;) {
    const header = await bytesAt(file, at, 16);
    if (header.length < 8) break;
    const large = header.readUInt32BE(0) === 1 && header.length === 16;
    const length = large ? Number(header.readBigUInt64BE(8)) : header.readUInt32BE(0);
    if (length < 8 || at + length > end) break;
    const type = header.toString("latin1", 4, 8);
    boxes.push({ type, start: at + (large ? 16 : 8), end: at + length });
    at += length;
  }
  return boxes;
}
