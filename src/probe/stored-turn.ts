import { open } from "node:fs/promises";
import type { Turn } from "./picture.ts";
import { exifTurn, turnOfSteps } from "./picture.ts";

/**
 * How a picture is to be turned where ffmpeg (5.1) does not say: AVIF's properties, TIFF's and PNG's tags. JPEG
 * and WebP are told by ffprobe.
 */

type Read = (at: number, length: number) => Promise<Buffer>;

/** The tag `Orientation` of an image file directory (TIFF 6.0), which EXIF uses, too. */
const orientationTag = 0x0112;
/** The most entries that are read, and the most chunks that are passed. */
const most = { entries: 1000, chunks: 10_000 };

/** @param read bytes of the TIFF, counted from its own beginning */
async function tiffTurn(read: Read): Promise<Turn | undefined> {
  const head = await read(0, 8);
  if (head.length < 8) return undefined;
  const isLittle = head.toString("latin1", 0, 2) === "II";
  const u16 = (bytes: Buffer, at: number) =>
    isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  const at = isLittle ? head.readUInt32LE(4) : head.readUInt32BE(4);
  const length = await read(at, 2);
  if (length.length < 2) return undefined;
  const count = Math.min(u16(length, 0), most.entries);
  const entries = await read(at + 2, count * 12);
  for (let entry = 0; entry + 12 <= entries.length; entry += 12)
    if (u16(entries, entry) === orientationTag) return exifTurn(u16(entries, entry + 8));
  return undefined;
}

/** A PNG's chunk `eXIf`, wherever it is (PNG 1.2 extensions, 3.7). */
async function pngTurn(read: Read): Promise<Turn | undefined> {
  let at = 8;
  for (let chunks = 0; chunks < most.chunks; chunks += 1) {
    const header = await read(at, 8);
    if (header.length < 8) return undefined;
    const start = at + 8;
    if (header.toString("latin1", 4, 8) === "eXIf")
      return tiffTurn((from, length) => read(start + from, length));
    at += header.readUInt32BE(0) + 12;
  }
  return undefined;
}

/**
 * AVIF's properties `irot` (quarter turns counter-clockwise) and `imir` (0: top and bottom are exchanged,
 * 1: left and right), ISO/IEC 23008-12, 6.5.10 and 6.5.12. They are applied in this order.
 */
async function avifTurn(read: Read): Promise<Turn | undefined> {
  const text = (await read(0, 65_536)).toString("latin1");
  const valueOf = (name: string): number | undefined => {
    const place = text.indexOf(`\0\0\0\x09${name}`);
    return place < 0 ? undefined : text.charCodeAt(place + 8);
  };
  const [turns, mirror] = [valueOf("irot"), valueOf("imir")];
  if (turns === undefined && mirror === undefined) return undefined;
  return turnOfSteps((turns ?? 0) & 3, mirror === undefined ? undefined : mirror & 1);
}

/** How a picture is to be turned by its file; undefined where the file does not say, or ffprobe does. */
export async function storedTurn(path: string, kind: string): Promise<Turn | undefined> {
  const readers = { AVIF: avifTurn, TIFF: tiffTurn, PNG: pngTurn } as const;
  const reader = kind in readers ? readers[kind as keyof typeof readers] : undefined;
  if (reader === undefined) return undefined;
  const file = await open(path);
  try {
    return await reader(async (at, length) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
      return buffer.subarray(0, bytesRead);
    });
  } finally {
    await file.close();
  }
}
