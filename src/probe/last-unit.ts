import type { FileHandle } from "node:fs/promises";

/**
 * Streams that state no length consist of units that do: frames, packets, pages. Whether the last one is whole
 * shows whether the file was cut off in it.
 */

/** The length of the unit at an offset; undefined where none begins; NaN where the bytes end before it says. */
type LengthAt = (bytes: Buffer, at: number) => number | undefined;

/** So much of the end is read: larger than the largest units (an Ogg page, a packet of a program stream). */
const tailBytes = 256 * 1024;
/** So many units in a row are no chance. */
const enough = 3;

/** AAC in ADTS (ISO/IEC 13818-7, 6.2). */
const adts: LengthAt = (bytes, at) => {
  if (bytes[at] !== 0xff || ((bytes[at + 1] ?? 0xf0) & 0xf6) !== 0xf0) return undefined;
  if (at + 6 > bytes.length) return NaN;
  const length = ((bytes.readUInt32BE(at + 2) & 0x0003_ffff) >> 5) & 0x1fff;
  return length < 7 ? undefined : length;
};

const ac3Rates = [
  32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640,
];

/** AC-3 and E-AC-3 (ETSI TS 102 366). */
const ac3: LengthAt = (bytes, at) => {
  if (bytes[at] !== 0x0b || (bytes[at + 1] ?? 0x77) !== 0x77) return undefined;
  if (at + 6 > bytes.length) return NaN;
  if ((bytes[at + 5] ?? 0) >> 3 > 10) return ((bytes.readUInt16BE(at + 2) & 0x07ff) + 1) * 2;
  const [code, size] = [(bytes[at + 4] ?? 0) >> 6, (bytes[at + 4] ?? 0) & 0x3f];
  const rate = ac3Rates[size >> 1];
  if (rate === undefined || code === 3) return undefined;
  if (code === 0) return rate * 4;
  return code === 2 ? rate * 6 : 2 * (Math.floor((rate * 320) / 147) + (size & 1));
};

const mpegRates: Readonly<Record<string, readonly number[]>> = {
  "1.1": [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  "1.2": [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  "1.3": [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  "2.1": [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  "2.2": [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  "2.3": [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const mpegFrequencies = [44_100, 48_000, 32_000];

/** MPEG audio, layers I to III (ISO/IEC 11172-3, 2.4.1.3; 13818-3; and the half rates of MPEG 2.5). */
const mpegAudio: LengthAt = (bytes, at) => {
  if (bytes[at] !== 0xff || ((bytes[at + 1] ?? 0xe0) & 0xe0) !== 0xe0) return undefined;
  if (at + 4 > bytes.length) return NaN;
  const [second, third] = [bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
  const version = (second >> 3) & 3;
  const layer = 4 - ((second >> 1) & 3);
  const rate = mpegRates[`${version === 3 ? 1 : 2}.${layer}`]?.[third >> 4];
  const frequency = mpegFrequencies[(third >> 2) & 3];
  if (version === 1 || !rate || frequency === undefined) return undefined;
  const hertz = frequency / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const padding = (third >> 1) & 1;
  if (layer === 1) return (Math.floor((12_000 * rate) / hertz) + padding) * 4;
  const samples = layer === 3 && version !== 3 ? 72_000 : 144_000;
  return Math.floor((samples * rate) / hertz) + padding;
};

/** A program stream's packs and packets (ISO/IEC 13818-1, 2.5; 11172-1). */
const programStream: LengthAt = (bytes, at) => {
  if (bytes[at] !== 0 || (bytes[at + 1] ?? 0) !== 0 || (bytes[at + 2] ?? 1) !== 1) return undefined;
  const code = bytes[at + 3];
  if (code === 0xb9) return 4;
  if (code !== undefined && code < 0xba) return undefined;
  if (at + 14 > bytes.length) return NaN;
  if (code !== 0xba) return 6 + bytes.readUInt16BE(at + 4);
  const isMpeg2 = (bytes[at + 4] ?? 0) >> 6 === 1;
  return isMpeg2 ? 14 + ((bytes[at + 13] ?? 0) & 7) : 12;
};

/** An Ogg page (RFC 3533, 6). */
const oggPage: LengthAt = (bytes, at) => {
  const mark = bytes.toString("latin1", at, at + 4);
  if (mark === "" || !"OggS".startsWith(mark)) return undefined;
  const segments = bytes[at + 26];
  if (segments === undefined || at + 27 + segments > bytes.length) return NaN;
  const table = bytes.subarray(at + 27, at + 27 + segments);
  return 27 + segments + table.reduce((sum, one) => sum + one, 0);
};

const packetOf =
  (length: number, sync: number): LengthAt =>
  (bytes, at) =>
    (bytes[at + sync] ?? 0x47) === 0x47 ? length : undefined;

const transport = [packetOf(188, 0), packetOf(192, 4)];

/** By `MediaFacts.container`. */
const units: Readonly<Record<string, readonly LengthAt[]>> = {
  aac: [adts],
  ac3: [ac3],
  eac3: [ac3],
  mp3: [mpegAudio],
  mpeg: [programStream],
  mpegts: transport,
  ogg: [oggPage],
};

/** A unit that the file ends in. `missing`: how many of its bytes are not there; NaN: not known. */
interface Last {
  readonly at: number;
  readonly missing: number;
}

/**
 * Follows units from an offset to the last one; undefined when they are too few, or other bytes come.
 * @param least so many whole ones must come before one that is not
 */
function follow(bytes: Buffer, from: number, lengthAt: LengthAt, least: number): Last | undefined {
  let at = from;
  let last = from;
  for (let count = 0; at < bytes.length; count += 1) {
    const length = lengthAt(bytes, at);
    if (length === undefined) return undefined;
    last = at;
    if (!(at + length <= bytes.length))
      return count < least ? undefined : { at, missing: at + length - bytes.length };
    at += length;
  }
  return { at: last, missing: 0 };
}

/** AMR has no mark where a frame begins: it is followed from its start (RFC 4867, 5.3; 3GPP TS 26.101, 26.201). */
const amrLengths: Readonly<Record<string, readonly number[]>> = {
  "#!AMR\n": [13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1],
  "#!AMR-WB\n": [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1],
};
/** Longer recordings (ten hours and more) are not looked at. */
const mostAmrBytes = 64 * 1024 ** 2;

async function missingOfAmr(file: FileHandle, sizeBytes: number): Promise<number> {
  if (sizeBytes > mostAmrBytes) return 0;
  const { buffer } = await file.read(Buffer.alloc(sizeBytes), 0, sizeBytes, 0);
  const text = buffer.toString("latin1", 0, 9);
  const mark = Object.keys(amrLengths).find((one) => text.startsWith(one)) ?? "";
  const lengths = amrLengths[mark];
  if (lengths === undefined) return 0;
  let at = mark.length;
  while (at < sizeBytes) at += lengths[((buffer[at] ?? 0) >> 3) & 15] ?? 1;
  return at - sizeBytes;
}

/** One JPEG after the other: the last one has its end (T.81, B.1.1.3), and perhaps filling behind it. */
function isPictureWhole(tail: Buffer): boolean {
  const lastOf = (mark: string): number => tail.lastIndexOf(Buffer.from(mark, "latin1"));
  return lastOf("\xff\xd9") >= lastOf("\xff\xd8\xff");
}

/** What the end of a stream without a stated length shows. */
export interface StreamEnd {
  /** How many bytes of its last unit are missing, at least. */
  readonly missing: number;
  /** An Ogg file says at its end that it ends; false: this one does not. */
  readonly isEnded?: boolean;
}

/** Looks at the end of a file. @param container see `MediaFacts.container` */
export async function endOf(
  file: FileHandle,
  sizeBytes: number,
  container: string,
): Promise<StreamEnd> {
  if (container === "amr") return { missing: await missingOfAmr(file, sizeBytes) };
  const start = Math.max(0, sizeBytes - tailBytes);
  const { bytesRead, buffer } = await file.read(Buffer.alloc(tailBytes), 0, tailBytes, start);
  const tail = buffer.subarray(0, bytesRead);
  if (container === "mjpeg") return { missing: isPictureWhole(tail) ? 0 : 1 };
  for (const lengthAt of units[container] ?? [])
    for (let from = 0; from < tail.length; from += 1) {
      const last = follow(tail, from, lengthAt, start + from === 0 ? 1 : enough);
      if (last === undefined) continue;
      const missing = Number.isNaN(last.missing) ? 1 : last.missing;
      const isOgg = container === "ogg";
      return { missing, ...(isOgg && { isEnded: ((tail[last.at + 5] ?? 0) & 4) !== 0 }) };
    }
  return { missing: 0 };
}
