/** What a file is by its first bytes. Its name does not matter. */
export type Sniffed =
  /** A still picture, and the ffmpeg demuxer that reads it. */
  | { readonly kind: "picture"; readonly name: string; readonly demuxer: string }
  /** Video or sound in a container of a known kind; the demuxer where ffprobe must not guess it. */
  | { readonly kind: "container"; readonly name: string; readonly demuxer?: string }
  /** A known format that is not supported. */
  | { readonly kind: "refused"; readonly name: string }
  /** Left to ffprobe: not every format begins with a signature. */
  | { readonly kind: "unknown" };

/** How many bytes `sniff` needs. */
export const sniffedBytes = 4096;

/** Bytes at an offset, as Latin-1 text, and what they mean. */
type Mark = readonly [offset: number, bytes: string, what: Sniffed];

const picture = (name: string, demuxer: string): Sniffed => ({ kind: "picture", name, demuxer });
const container = (name: string): Sniffed => ({ kind: "container", name });
const refused = (name: string): Sniffed => ({ kind: "refused", name });

const marks: readonly Mark[] = [
  [0, "\xff\xd8\xff", picture("JPEG", "jpeg_pipe")],
  [0, "\x89PNG\r\n\x1a\n", picture("PNG", "png_pipe")],
  [0, "BM", picture("BMP", "bmp_pipe")],
  [0, "II*\0", picture("TIFF", "tiff_pipe")],
  [0, "MM\0*", picture("TIFF", "tiff_pipe")],
  [0, "GIF8", container("GIF")],
  [4, "moov", container("MP4 or QuickTime")],
  [4, "mdat", container("MP4 or QuickTime")],
  [4, "wide", container("MP4 or QuickTime")],
  [4, "skip", container("MP4 or QuickTime")],
  [4, "free", container("MP4 or QuickTime")],
  [0, "\x1aE\xdf\xa3", container("Matroska or WebM")],
  [0, "OggS", container("Ogg")],
  [0, "fLaC", container("FLAC")],
  [0, "ID3", container("MP3")],
  [0, "FLV\x01", container("Flash video")],
  [0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", container("Windows Media")],
  [0, "\0\0\x01\xba", container("MPEG program stream")],
  [0, "\0\0\x01\xb3", container("MPEG video")],
  [0, "#!AMR", container("AMR")],
  [0, "caff", container("Core Audio")],
  [0, "riff\x2e\x91\xcf\x11", container("Wave64")],
  [0, "\x06\x0e\x2b\x34\x02\x05\x01\x01", container("MXF")],
  [0, "DKIF", container("IVF")],
  [0, "%PDF-", refused("a PDF document")],
  [0, "PK\x03\x04", refused("a ZIP archive or an office document")],
  [0, "\x1f\x8b", refused("a compressed archive")],
  [0, "7z\xbc\xaf\x27\x1c", refused("a compressed archive")],
  [0, "Rar!", refused("a compressed archive")],
  [0, "MThd", refused("a MIDI score")],
  [0, "8BPS", refused("a Photoshop document")],
  [0, "\x7fELF", refused("a program")],
];

/** RIFF and IFF files name their content at byte 8. */
const forms: Readonly<Record<string, Sniffed>> = {
  "AVI ": container("AVI"),
  WAVE: container("WAV"),
  WEBP: picture("WebP", "webp_pipe"),
  AIFF: container("AIFF"),
  AIFC: container("AIFF"),
};

const heifBrands = /^(?:heic|heix|heim|heis|hevc|hevx|mif1|msf1)$/;

/** `ftyp` names brands: MP4, QuickTime and 3GP share the box with HEIC and AVIF pictures. */
function sniffBrands(text: string, head: Buffer): Sniffed | undefined {
  if (text.slice(4, 8) !== "ftyp") return undefined;
  const end = Math.min(head.readUInt32BE(0), text.length);
  const brands = [text.slice(8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(text.slice(at, at + 4));
  if (brands.includes("avif")) return picture("AVIF", "mov");
  // ffmpeg shows one tile of a HEIC photograph, or nothing.
  if (heifBrands.test(brands[0] ?? "")) return refused("a HEIC picture, which ffmpeg cannot read");
  return container("MP4 or QuickTime");
}

/** Transport streams have no signature but a 0x47 every 188 bytes, or 192 on cameras and discs. */
function isTransportStream(head: Buffer): boolean {
  const every = (first: number, length: number): boolean =>
    [0, 1, 2, 3, 4].every((n) => head[first + n * length] === 0x47);
  return every(0, 188) || every(4, 192);
}

function nameOfText(text: string): string {
  const start = text.trimStart();
  if (start.startsWith("#EXTM3U")) return "an HLS playlist";
  if (start.startsWith("ffconcat")) return "a list of files for ffmpeg";
  if (start.startsWith("v=0")) return "a description of a network stream (SDP)";
  if (/<MPD[\s>]/.test(start)) return "a DASH manifest";
  if (/<svg[\s>]/.test(start)) return "an SVG drawing";
  if (/<(?:!doctype )?html/i.test(start)) return "a web page";
  return "text";
}

/** Text, when the beginning is UTF-8 without control characters. Playlists and manifests make ffmpeg read other files. */
function sniffText(head: Buffer): Sniffed | undefined {
  try {
    const text = new TextDecoder("utf8", { fatal: true }).decode(head, { stream: true });
    // oxlint-disable-next-line no-control-regex -- this finds control characters
    return /[\0-\x08\x0e-\x1f\x7f]/.test(text) ? undefined : refused(nameOfText(text));
  } catch {
    return undefined;
  }
}

/**
 * What a file is, by its first `sniffedBytes` (or all, if it is shorter).
 * Pictures need this: ffmpeg recognises them by their name, and reads `%03d` in a name as a pattern.
 */
export function sniff(head: Buffer): Sniffed {
  const text = head.toString("latin1");
  const marked = marks.find(([offset, bytes]) => text.startsWith(bytes, offset))?.[2];
  // A signature may be a word: a text may begin with `BMW` or `The free`.
  const isWord = marked !== undefined && marked.kind !== "refused" && sniffText(head) !== undefined;
  if (marked !== undefined && !isWord) return marked;
  const form = forms[text.slice(8, 12)];
  if (form !== undefined && /^(?:RIFF|RF64|FORM)/.test(text)) return form;
  const other = sniffBrands(text, head) ?? sniffText(head);
  if (other !== undefined) return other;
  return isTransportStream(head) ? container("MPEG transport stream") : { kind: "unknown" };
}

/** Whether a PNG has more than one picture. */
export function isAnimatedPng(head: Buffer): boolean {
  const [control, data] = [head.indexOf("acTL"), head.indexOf("IDAT")];
  return control >= 0 && (data < 0 || control < data);
}

/** Whether a WebP has more than one picture: a flag of its extended header. */
export function isAnimatedWebp(head: Buffer): boolean {
  return head.toString("latin1", 12, 16) === "VP8X" && ((head[20] ?? 0) & 0x02) !== 0;
}
