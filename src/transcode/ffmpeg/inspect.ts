import { type FileHandle, open } from "node:fs/promises";
import { boxesIn, bytesAt, type Mp4Box } from "./mp4-boxes.ts";

/**
 * Checks our own outputs without a process: starting ffprobe costs a tenth of a second, and a few bytes
 * are enough.
 */

/** What an output is: the fields that its format states. */
export interface OutputFacts {
  readonly width?: number;
  readonly height?: number;
  readonly durationMs?: number;
  /** Bytes of an MP3 without its tag and its first frame, which only describes the others. */
  readonly soundBytes?: number;
  /** Durations of an MP4's tracks. */
  readonly tracks?: readonly Track[];
}

export interface Track {
  readonly kind: "video" | "audio";
  readonly durationMs: number;
  readonly width: number;
  readonly height: number;
}

export type OutputFormat = "mp4" | "mp3" | "gif" | "jpeg";

/** Reads an output's facts; undefined when it is absent, empty, or not whole. */
export async function inspectOutput(
  path: string,
  format: OutputFormat,
): Promise<OutputFacts | undefined> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    return await readers[format](file, size);
  } finally {
    await file.close();
  }
}

const readers: Readonly<
  Record<OutputFormat, (file: FileHandle, size: number) => Promise<OutputFacts | undefined>>
> = { mp4: readMp4, mp3: readMp3, gif: readGif, jpeg: readJpeg };

async function readMp4(file: FileHandle, size: number): Promise<OutputFacts | undefined> {
  const top = await boxesIn(file, 0, size);
  const moov = top.find(({ type }) => type === "moov");
  if (moov === undefined || !top.some(({ type }) => type === "mdat")) return undefined;
  const inner = await boxesIn(file, moov.start, moov.end);
  const mvhd = inner.find(({ type }) => type === "mvhd");
  if (mvhd === undefined) return undefined;
  const header = await bytesAt(file, mvhd.start, 32);
  const isLong = header[0] === 1; // version 1 has 64 bit times
  const timescale = header.readUInt32BE(isLong ? 20 : 12);
  const duration = isLong ? Number(header.readBigUInt64BE(24)) : header.readUInt32BE(16);
  const traks = inner.filter(({ type }) => type === "trak");
  const found = await Promise.all(traks.map((trak) => readTrack(file, trak, timescale)));
  const tracks = found.filter((track) => track !== undefined);
  const video = tracks.find(({ kind }) => kind === "video");
  const size2d = video === undefined ? {} : { width: video.width, height: video.height };
  return { ...size2d, durationMs: Math.round((duration * 1000) / timescale), tracks };
}

async function readTrack(
  file: FileHandle,
  trak: Mp4Box,
  timescale: number,
): Promise<Track | undefined> {
  const inner = await boxesIn(file, trak.start, trak.end);
  const tkhd = inner.find(({ type }) => type === "tkhd");
  const mdia = inner.find(({ type }) => type === "mdia");
  if (tkhd === undefined || mdia === undefined) return undefined;
  const media = await boxesIn(file, mdia.start, mdia.end);
  const hdlr = media.find(({ type }) => type === "hdlr");
  if (hdlr === undefined) return undefined;
  const handler = (await bytesAt(file, hdlr.start + 8, 4)).toString("latin1");
  if (handler !== "vide" && handler !== "soun") return undefined;
  const header = await bytesAt(file, tkhd.start, tkhd.end - tkhd.start);
  const duration = header[0] === 1 ? Number(header.readBigUInt64BE(28)) : header.readUInt32BE(20);
  // Width and height end the box, as 16.16 fixed point.
  const [width, height] = [8, 4].map((back) => header.readUInt32BE(header.length - back) / 65_536);
  return {
    kind: handler === "vide" ? "video" : "audio",
    durationMs: Math.round((duration * 1000) / timescale),
    width: width ?? 0,
    height: height ?? 0,
  };
}

/** An MP3 begins with a frame, or with an ID3 tag before it. It does not state its duration. */
async function readMp3(file: FileHandle, size: number): Promise<OutputFacts | undefined> {
  const head = await bytesAt(file, 0, 10);
  if (head.length < 10) return undefined;
  const tagged = head.toString("latin1", 0, 3) === "ID3";
  // Four times seven bits.
  const tagBytes = [6, 7, 8, 9].reduce((sum, at) => sum * 128 + ((head[at] ?? 0) & 0x7f), 0);
  const start = tagged ? 10 + tagBytes : 0;
  const frame = await bytesAt(file, start, 2048);
  if (frame[0] !== 0xff || ((frame[1] ?? 0) & 0xe0) !== 0xe0) return undefined;
  return { soundBytes: Math.max(0, size - start - describingBytes(frame)) };
}

/**
 * The length of an MP3's first frame when it holds no sound but a table (`Xing` or `Info`); else 0. The table is all
 * there is when no frame follows it. `frame` must be longer than a frame can be.
 */
function describingBytes(frame: Buffer): number {
  const place = frame
    .subarray(0, 64)
    .toString("latin1")
    .search(/Xing|Info/);
  if (place < 0) return 0;
  for (let at = 4; at + 1 < frame.length; at += 1)
    if (frame[at] === 0xff && frame[at + 1] === frame[1]) return at;
  return frame.length;
}

/** A GIF89a with its trailer, which says that it was written to its end. */
async function readGif(file: FileHandle, size: number): Promise<OutputFacts | undefined> {
  const head = await bytesAt(file, 0, 10);
  const trailer = await bytesAt(file, Math.max(0, size - 1), 1);
  if (head.toString("latin1", 0, 6) !== "GIF89a" || trailer[0] !== 0x3b) return undefined;
  return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
}

/** A JPEG from its first marker to its last; the size is in the frame header (T.81, B.2.2). */
async function readJpeg(file: FileHandle, size: number): Promise<OutputFacts | undefined> {
  const head = await bytesAt(file, 0, 65_536);
  const end = await bytesAt(file, Math.max(0, size - 2), 2);
  if (size < 4) return undefined;
  if (head.readUInt16BE(0) !== 0xffd8 || end.readUInt16BE(0) !== 0xffd9) return undefined;
  for (let at = 2; at + 9 <= head.length; at += 2 + head.readUInt16BE(at + 2)) {
    const marker = head.readUInt16BE(at);
    if (marker >= 0xffc0 && marker <= 0xffc2)
      return { height: head.readUInt16BE(at + 5), width: head.readUInt16BE(at + 7) };
  }
  return undefined;
}
