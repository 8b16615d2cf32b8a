/** Builds small files, byte by byte, whose decoding would take far too much time or memory. */

/** The probe may refuse a file of unclear kind with any of these codes. */
export const anyRefusal = [
  "unsupported_media",
  "damaged_media",
  "limit_duration",
  "limit_work",
  "limit_memory",
  "limit_channels",
  "limit_rate",
] as const;

const u16 = (value: number): Buffer => Buffer.from([value & 255, value >> 8]);
function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
function big32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

/** 8-bit silence. */
export function wav({ sampleRate = 8000, channels = 1, seconds = 1 }): Buffer {
  const dataBytes = Math.max(1024, Math.min(1e6, sampleRate * channels * seconds));
  const format = [u16(1), u16(channels), u32(sampleRate), u32(sampleRate), u16(channels), u16(8)];
  const chunks = Buffer.concat([
    Buffer.from("WAVEfmt "),
    u32(16),
    ...format,
    Buffer.from("data"),
    u32(dataBytes),
    Buffer.alloc(dataBytes, 128),
  ]);
  return Buffer.concat([Buffer.from("RIFF"), u32(chunks.length), chunks]);
}

/** A FLAC whose header states a length, without any sound. */
export function flacHeader(seconds: number): Buffer {
  const info = Buffer.alloc(34);
  info.writeUInt16BE(4096, 0);
  info.writeUInt16BE(4096, 2);
  const samples = BigInt(8000 * seconds);
  info.writeBigUInt64BE((8000n << 44n) | (7n << 36n) | samples, 10);
  const frame = Buffer.from("fff8c90800000000", "hex");
  return Buffer.concat([Buffer.from("fLaC"), Buffer.from([0x80, 0, 0, 34]), info, frame]);
}

/** An animation whose frames are one pixel each on a large canvas. */
export function gif(width: number, height: number, frames: number): Buffer {
  const head = [Buffer.from("GIF89a"), u16(width), u16(height), Buffer.from([0x80, 0, 0])];
  const palette = Buffer.from([0, 0, 0, 255, 255, 255]);
  const frame = Buffer.from(
    "21f90400000001002c00000000010001000002024401 00".replace(" ", ""),
    "hex",
  );
  const all = Buffer.concat(Array.from({ length: frames }, () => frame));
  return Buffer.concat([...head, palette, all, Buffer.from([0x3b])]);
}

function box(type: string, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([big32(content.length + 8), Buffer.from(type, "latin1"), content]);
}

/** An MP4 with one track and the given tables. */
function mp4({ edits, samples }: { edits?: Buffer; samples: number }): Buffer {
  const entry = Buffer.concat([
    Buffer.alloc(6),
    Buffer.from([0, 1]),
    Buffer.alloc(16),
    Buffer.from([0, 64, 0, 64]),
    Buffer.alloc(50),
  ]);
  const table = box(
    "stbl",
    box("stsd", big32(0, 1), box("mp4v", entry)),
    box("stts", big32(0, 1, samples, 1)),
    box("stsc", big32(0, 1, 1, samples, 1)),
    box("stsz", big32(0, 1, samples)),
    box("stco", big32(0, 1, 8)),
  );
  const handler = box("hdlr", big32(0, 0), Buffer.from("vide"), Buffer.alloc(13));
  const media = box(
    "mdia",
    box("mdhd", big32(0, 0, 0, 1000, samples, 0)),
    handler,
    box("minf", box("vmhd", Buffer.alloc(12)), table),
  );
  const header = box("tkhd", big32(7, 0, 0, 1, 0, samples), Buffer.alloc(60));
  const list = edits === undefined ? [] : [box("edts", box("elst", edits))];
  const movie = box("mvhd", big32(0, 0, 0, 1000, samples), Buffer.alloc(80));
  return Buffer.concat([
    box("ftyp", Buffer.from("isom0000isom")),
    box("moov", movie, box("trak", header, ...list, media)),
    box("mdat", Buffer.alloc(1000)),
  ]);
}

/** A sample table of a few bytes that declares this many samples of one byte. */
export const mp4WithSamples = (samples: number): Buffer => mp4({ samples });

export function mp4WithEdits(count: number): Buffer {
  const entries = Buffer.concat(
    Array.from({ length: count }, () => big32(0x7fff_ffff, 0, 0x1_0000)),
  );
  return mp4({ samples: 10, edits: Buffer.concat([big32(0, count), entries]) });
}

export function nestedBoxes(depth: number): Buffer {
  let inner: Buffer = Buffer.alloc(0);
  const total = depth * 8;
  const heads = Array.from({ length: depth }, (_, level) =>
    Buffer.concat([big32(total - level * 8), Buffer.from("moov")]),
  );
  inner = Buffer.concat(heads);
  return Buffer.concat([box("ftyp", Buffer.from("isom0000isom")), inner]);
}

/** A Matroska file with one block that declares 256 laced frames and ends at once. */
export function mkvWithLaces(): Buffer {
  const element = (id: string, content: Buffer): Buffer => {
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE((1n << 56n) | BigInt(content.length));
    return Buffer.concat([Buffer.from(id, "hex"), size, content]);
  };
  const head = element("1a45dfa3", element("4282", Buffer.from("matroska")));
  const track = element(
    "ae",
    Buffer.concat([
      element("d7", Buffer.from([1])),
      element("73c5", Buffer.from([1])),
      element("83", Buffer.from([2])),
      element("86", Buffer.from("A_PCM/INT/LIT")),
      element(
        "e1",
        Buffer.concat([element("9f", Buffer.from([1])), element("6264", Buffer.from([16]))]),
      ),
    ]),
  );
  const block = element("a3", Buffer.from([0x81, 0, 0, 0x06, 255, ...Buffer.alloc(200, 255)]));
  const cluster = element("1f43b675", Buffer.concat(Array.from({ length: 500 }, () => block)));
  return Buffer.concat([
    head,
    element("18538067", Buffer.concat([element("1654ae6b", track), cluster])),
  ]);
}

export function subtitles(count: number): Buffer {
  const one = (index: number): string =>
    `${index}\n00:00:00,000 --> 99:59:59,999\n<font size="999">${"x".repeat(9)}</font>\n\n`;
  return Buffer.from(Array.from({ length: count }, (_, index) => one(index)).join(""));
}

export function svg(): Buffer {
  const uses = Array.from({ length: 20 }, (_, level) => {
    const use = `<use href="#l${level}"/>`.repeat(10);
    return `<g id="l${level + 1}">${use}</g>`;
  });
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="99999" height="99999"><rect id="l0"/>${uses.join("")}</svg>`,
  );
}

export function animatedWebp(): Buffer {
  const chunk = (name: string, content: Buffer): Buffer =>
    Buffer.concat([Buffer.from(name), u32(content.length), content]);
  const canvas = Buffer.from([0x02, 0, 0, 0, 255, 255, 0, 255, 255, 0]);
  const frames = Array.from({ length: 100 }, () => chunk("ANMF", Buffer.alloc(24)));
  const chunks = [chunk("VP8X", canvas), chunk("ANIM", Buffer.alloc(6)), ...frames];
  const content = Buffer.concat([Buffer.from("WEBP"), ...chunks]);
  return chunk("RIFF", content);
}
