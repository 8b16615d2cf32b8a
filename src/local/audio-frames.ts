/**
 * Recognizes streams of sound that have no container and so no signature: two frames in a row, each
 * where the one before ends. Sources: ISO/IEC 11172-3 and 13818-3 (MPEG audio), 13818-7 (ADTS),
 * ATSC A/52 (AC-3), ETSI TS 102 114 (DTS).
 */

/** Kilobits per second by index 1..14. */
const bitrates = {
  v1l1: [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  v1l2: [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  v1l3: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  v2l1: [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  v2l23: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const;

function bitrateTable(isFirst: boolean, layer: number): readonly number[] {
  if (!isFirst) return layer === 1 ? bitrates.v2l1 : bitrates.v2l23;
  return [bitrates.v1l1, bitrates.v1l2, bitrates.v1l3][layer - 1] ?? [];
}

/** The length in bytes of the MPEG audio frame at an offset; undefined when none begins there. */
function mpegFrame(bytes: Buffer, at: number): number | undefined {
  const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return undefined;
  const version = (second >> 3) & 3; // 0: MPEG 2.5, 2: MPEG 2, 3: MPEG 1
  const layer = 4 - ((second >> 1) & 3);
  const rate = [44_100, 48_000, 32_000][(third >> 2) & 3];
  const kbps = bitrateTable(version === 3, layer)[(third >> 4) - 1];
  if (version === 1 || layer === 4 || rate === undefined || kbps === undefined) return undefined;
  const hertz = version === 3 ? rate : version === 2 ? rate / 2 : rate / 4;
  const padding = (third >> 1) & 1;
  if (layer === 1) return (Math.floor((12_000 * kbps) / hertz) + padding) * 4;
  const perFrame = layer === 3 && version !== 3 ? 72_000 : 144_000;
  return Math.floor((perFrame * kbps) / hertz) + padding;
}

/** The same for ADTS, which AAC without a container has. */
function adtsFrame(bytes: Buffer, at: number): number | undefined {
  const [first = 0, second = 0, , fourth = 0, fifth = 0, sixth = 0] = bytes.subarray(at, at + 6);
  if (first !== 0xff || (second & 0xf6) !== 0xf0) return undefined;
  const length = ((fourth & 3) << 11) | (fifth << 3) | (sixth >> 5);
  return length > 7 ? length : undefined;
}

/** AC-3: its frames are at most 3,840 bytes long, and each begins with the same two bytes. */
function isAc3(bytes: Buffer): boolean {
  const sync = Buffer.from([0x0b, 0x77]);
  const next = bytes.indexOf(sync, 2);
  return bytes.indexOf(sync) === 0 && next > 64 && next <= 3_840;
}

const dts = Buffer.from([0x7f, 0xfe, 0x80, 0x01]);

/** Whether a file that begins so is a stream of MPEG audio, ADTS, AC-3 or DTS. */
export function hasAudioFrames(head: Buffer): boolean {
  for (const frame of [mpegFrame, adtsFrame]) {
    const length = frame(head, 0);
    if (length !== undefined && frame(head, length) !== undefined) return true;
  }
  return isAc3(head) || head.subarray(0, 4).equals(dts);
}
