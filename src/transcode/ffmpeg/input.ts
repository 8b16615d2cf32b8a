import type { MediaFacts } from "../../media/facts.ts";
import type { Limits } from "../../media/limits.ts";

/**
 * The demuxers that may read an upload. None of them opens other files or the network, as HLS, DASH,
 * concat and SDP do, or takes `%03d` in a name as a pattern, as image2 does.
 */
const formats =
  "mov,mp4,matroska,webm,avi,flv,asf,mpegts,mpeg,mpegvideo,m4v,h264,hevc,mxf,dv,ivf,ogg," +
  "mp3,wav,w64,flac,aac,aiff,caf,amr,ac3,eac3,gif," +
  "jpeg_pipe,png_pipe,webp_pipe,bmp_pipe,tiff_pipe";

const allowed = new Set(formats.split(","));

/** Where to begin, and whether keyframes will do. */
export interface Reading {
  readonly fromMs?: number;
  readonly keyframesOnly?: boolean;
}

/** Longest stretch that is read in search of keyframes. */
const keyframeSearchSeconds = "120";

export function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/**
 * The source as ffmpeg is to read it: `file:` so that no name is taken for an option or an address,
 * nothing but files and plain containers, read as the probe read it, not turned by itself (the
 * filters turn it, by the facts).
 */
export function inputArguments(
  path: string,
  facts: Pick<MediaFacts, "container">,
  limits: Pick<Limits, "maxPixels">,
  reading: Reading = {},
): string[] {
  const format = facts.container.split(",")[0] ?? "";
  const { fromMs = 0, keyframesOnly = false } = reading;
  const keyframes = ["-skip_frame", "nokey", "-noaccurate_seek", "-t", keyframeSearchSeconds];
  return [
    ["-protocol_whitelist", "file", "-format_whitelist", formats],
    ["-max_pixels", String(limits.maxPixels), "-noautorotate"],
    allowed.has(format) ? ["-f", format] : [],
    keyframesOnly ? keyframes : [],
    fromMs > 0 ? ["-ss", seconds(fromMs)] : [],
    ["-i", `file:${path}`],
  ].flat();
}
