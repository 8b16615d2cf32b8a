/**
 * The demuxers that may read an upload. None of them opens other files or the network, as HLS, DASH,
 * concat and SDP do, or takes `%03d` in a name as a pattern, as image2 does.
 */
const demuxers =
  "mov,mp4,matroska,webm,avi,flv,asf,mpegts,mpeg,mpegvideo,m4v,h264,hevc,mxf,dv,ivf,ogg," +
  "mp3,wav,w64,flac,aac,aiff,caf,amr,ac3,eac3,gif,mjpeg," +
  "jpeg_pipe,png_pipe,webp_pipe,bmp_pipe,tiff_pipe";

const known = new Set(demuxers.split(","));

/**
 * Containers whose streams may begin late, and are described nowhere before: ffmpeg's usual first look
 * (5 MB, 5 s) misses them, and then drops them. It ends earlier as soon as every stream is known.
 */
const lateStreams = new Set(["mpegts", "mpeg", "flv"]);
/** At most this far: 128 MB, 3 minutes. */
const lookAhead = ["-probesize", "128000000", "-analyzeduration", "180000000"];

/** Whether a container gets a longer look. @param container see `MediaFacts.container` */
export const looksAhead = (container: string): boolean => lateStreams.has(container);

/**
 * Options of ffmpeg (not ffprobe) for an input whose time 0 is to be the beginning of the file. Where it reads
 * one stream of a broadcast container alone, it takes that stream's beginning instead, unless the input
 * is shifted, by a microsecond here.
 */
export const wholeClock = (container: string): readonly string[] =>
  container === "mpegts" || container === "mpeg" ? ["-itsoffset", "0.000001"] : [];

/** A file of somebody's, as ffmpeg or ffprobe is to read it. */
export interface FfmpegInput {
  /** Absolute. */
  readonly path: string;
  /**
   * How the probe read it (`MediaFacts.container`, or a demuxer's name); it is then read in no
   * other way. Default: ffmpeg looks for itself, among the demuxers that are allowed.
   */
  readonly container?: string;
  /** Largest frame that is decoded, stored width × height. Default: no bound, for sound alone. */
  readonly maxPixels?: number;
  /** More options of this input. */
  readonly options?: readonly string[];
}

/**
 * Decoders make room for whole blocks: 7200×5000 is 7232×5000 to them. Pictures that are just within
 * the limit must pass; the probe holds the true size against it.
 */
const paddedPixels = (maxPixels: number): number => Math.ceil(maxPixels * 1.1);

/**
 * The arguments of ffmpeg and ffprobe for a file that nobody vouches for, `-i` and its name at their
 * end: files alone, no network; plain containers alone, none that points at other files. The one
 * place that says so: all code that reads an upload reads it through this.
 */
export function ffmpegInput({ path, container, maxPixels, options = [] }: FfmpegInput): string[] {
  // ffprobe names a demuxer by all its formats: `mov,mp4,m4a,3gp,3g2,mj2`.
  const demuxer = container?.split(",")[0] ?? "";
  return [
    ["-protocol_whitelist", "file", "-format_whitelist", demuxers],
    maxPixels === undefined ? [] : ["-max_pixels", String(paddedPixels(maxPixels))],
    known.has(demuxer) ? ["-f", demuxer] : [],
    looksAhead(demuxer) ? lookAhead : [],
    options,
    // Without `file:` a name may be taken for an option, an address or a pattern.
    ["-i", `file:${path}`],
  ].flat();
}
