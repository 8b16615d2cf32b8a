import { open } from "node:fs/promises";

/** How much of a file's beginning is looked at. */
const headBytes = 65_536;
/** The largest index of an MP4 that is looked at. */
const indexBytes = 16 * 1024 ** 2;

/** `sinf` with its first box `frma`: the codec under the encryption (ISO/IEC 14496-12, 8.12). */
const protectedSample = "sinf\0\0\0\x0cfrma";
/** The Content Encryption and Extended Content Encryption objects of Windows Media. */
const windowsMedia = [
  "\xfb\xb3\x11\x22\x23\xbd\xd2\x11\xb4\xb7\x00\xa0\xc9\x55\xfc\x6e",
  "\x14\xe6\x8a\x29\x22\x26\x17\x4c\xb9\x35\xda\xe0\x7e\xe9\x28\x9c",
];
/** Matroska's ContentEncryption with its first child, the algorithm or the key's id. */
const matroska = /\x50\x35[\s\S]{1,2}\x47[\xe1\xe2]/;

/** Packets of a transport stream whose scrambling bits are set (ISO/IEC 13818-1, 2.4.3.3). */
function scrambledPackets(head: Buffer): number {
  let count = 0;
  for (let at = 0; at + 188 <= head.length; at += 188)
    if (head[at] === 0x47 && ((head[at + 3] ?? 0) & 0xc0) >= 0x80) count += 1;
  return count;
}

type Read = (at: number, length: number) => Promise<Buffer>;

/** The index (`moov`) of an MP4, or its beginning; empty when there is none. */
async function indexOfMp4(read: Read): Promise<string> {
  let at = 0;
  for (let boxes = 0; boxes < 64; boxes += 1) {
    const header = await read(at, 16);
    if (header.length < 8) return "";
    const short = header.readUInt32BE(0);
    const length = short === 1 && header.length >= 16 ? Number(header.readBigUInt64BE(8)) : short;
    if (header.toString("latin1", 4, 8) === "moov")
      return (await read(at, Math.min(length, indexBytes))).toString("latin1");
    if (length < 8) return "";
    at += length;
  }
  return "";
}

/**
 * Whether a file says that what is in it is encrypted: MP4 (CENC, FairPlay), Windows Media, Matroska and
 * transport streams. Decoders make noise of such bytes, or call them damaged.
 * @param container see `MediaFacts.container`
 */
export async function isEncrypted(path: string, container: string): Promise<boolean> {
  const file = await open(path);
  const read: Read = async (at, length) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
    return buffer.subarray(0, bytesRead);
  };
  try {
    switch (container.replace(/,.*/s, "")) {
      case "mov":
        return (await indexOfMp4(read)).includes(protectedSample);
      case "asf": {
        const head = (await read(0, headBytes)).toString("latin1");
        return windowsMedia.some((mark) => head.includes(mark));
      }
      case "matroska":
        return matroska.test((await read(0, headBytes)).toString("latin1"));
      case "mpegts":
        return scrambledPackets(await read(0, headBytes)) > 2;
      default:
        return false;
    }
  } finally {
    await file.close();
  }
}
