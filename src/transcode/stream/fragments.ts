import { type FileHandle, open } from "node:fs/promises";
import { boxesIn, bytesAt, type Mp4Box } from "../ffmpeg/mp4-boxes.ts";
import type { Fragment, FragmentIndex } from "./stream-set.ts";

/** What a fragmented MP4 with one track says of itself. */
export interface FragmentedFile {
  readonly index: FragmentIndex;
  /** RFC 6381. */
  readonly codecs: string;
  readonly width: number;
  readonly height: number;
}

/** A small box's contents. */
const contentsOf = (file: FileHandle, { start, end }: Mp4Box): Promise<Buffer> =>
  bytesAt(file, start, end - start);

/** The box at the end of a path of types. */
async function boxAt(file: FileHandle, from: Mp4Box, path: string): Promise<Mp4Box | undefined> {
  let box: Mp4Box | undefined = from;
  for (const type of path.split(".")) {
    if (box === undefined) return undefined;
    const inner: Mp4Box[] = await boxesIn(file, box.start, box.end);
    box = inner.find((one) => one.type === type);
  }
  return box;
}

const hex = (byte: number | undefined): string => (byte ?? 0).toString(16).padStart(2, "0");

/**
 * The codec by the first sample description: H.264's profile, constraints and level (ISO/IEC 14496-15), or AAC's
 * object type, which is LC's here.
 */
function codecsOf(descriptions: Buffer): string {
  const at = descriptions.indexOf("avcC", 0, "latin1");
  if (at < 0) return "mp4a.40.2";
  return `avc1.${hex(descriptions[at + 5])}${hex(descriptions[at + 6])}${hex(descriptions[at + 7])}`;
}

/** The default duration and size of samples (`tfhd`; ISO/IEC 14496-12, 8.8.7). */
function defaultsOf(tfhd: Buffer): { duration: number; size: number } {
  const flags = tfhd.readUInt32BE(0) & 0xff_ff_ff;
  let at = 8 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0);
  const next = (bit: number): number => {
    if ((flags & bit) === 0) return 0;
    at += 4;
    return tfhd.readUInt32BE(at - 4);
  };
  return { duration: next(8), size: next(16) };
}

interface TrackRun {
  readonly duration: number;
  /** Bytes from the start of the `moof` to the first sample's end. */
  readonly firstEnds: number;
}

/** How long the samples last, and where the first ends (`trun`; ISO/IEC 14496-12, 8.8.8). */
function trackRun(trun: Buffer, defaults: { duration: number; size: number }): TrackRun {
  const flags = trun.readUInt32BE(0) & 0xff_ff_ff;
  const count = trun.readUInt32BE(4);
  const dataOffset = flags & 1 ? trun.readInt32BE(8) : 0;
  const entries = 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
  const fields = [0x100, 0x200, 0x400, 0x800].filter((bit) => (flags & bit) !== 0);
  const field = (sample: number, bit: number, fallback: number): number => {
    const place = fields.indexOf(bit);
    if (place < 0) return fallback;
    return trun.readUInt32BE(entries + (sample * fields.length + place) * 4);
  };
  let duration = 0;
  for (let sample = 0; sample < count; sample += 1)
    duration += field(sample, 0x100, defaults.duration);
  return { duration, firstEnds: dataOffset + field(0, 0x200, defaults.size) };
}

async function fragmentOf(file: FileHandle, moof: Mp4Box, mdat: Mp4Box): Promise<Fragment> {
  const [tfhd, trun] = await Promise.all([
    boxAt(file, moof, "traf.tfhd"),
    boxAt(file, moof, "traf.trun"),
  ]);
  if (tfhd === undefined || trun === undefined) throw new Error("a fragment has no samples");
  const offset = moof.start - 8;
  const run = trackRun(await contentsOf(file, trun), defaultsOf(await contentsOf(file, tfhd)));
  return {
    offset,
    sizeBytes: mdat.end - offset,
    duration: run.duration,
    keyframeBytes: run.firstEnds,
  };
}

async function headOf(file: FileHandle, moov: Mp4Box) {
  const trak = await boxAt(file, moov, "trak");
  const [tkhd, mdhd, stsd] = await Promise.all(
    ["tkhd", "mdia.mdhd", "mdia.minf.stbl.stsd"].map(async (path) => {
      const box = trak && (await boxAt(file, trak, path));
      return box && contentsOf(file, box);
    }),
  );
  if (tkhd === undefined || mdhd === undefined || stsd === undefined) return undefined;
  // Width and height end the box, as 16.16 fixed point.
  const side = (back: number): number => tkhd.readUInt32BE(tkhd.length - back) / 65_536;
  const timescale = mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12);
  return { timescale, codecs: codecsOf(stsd), width: side(8), height: side(4) };
}

/**
 * Reads where everything lies in one of our own fragmented MP4s; undefined when there is none, or nothing in
 * it.
 */
export async function readFragments(path: string): Promise<FragmentedFile | undefined> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const boxes = await boxesIn(file, 0, size);
    const moov = boxes.find(({ type }) => type === "moov");
    const head = moov && (await headOf(file, moov));
    if (moov === undefined || head === undefined) return undefined;
    const fragments: Fragment[] = [];
    for (const [at, box] of boxes.entries()) {
      const mdat = boxes[at + 1];
      if (box.type === "moof" && mdat?.type === "mdat")
        fragments.push(await fragmentOf(file, box, mdat));
    }
    if (fragments.length === 0) return undefined;
    const { timescale, ...rest } = head;
    return { index: { initBytes: moov.end, timescale, fragments }, ...rest };
  } finally {
    await file.close();
  }
}
