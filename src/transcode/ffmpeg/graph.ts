import type { Ratio } from "../../media/facts.ts";
import { mixFilter } from "../../sandbox/mix-filter.ts";
import { type Loudness, loudnessFilters } from "./loudness.ts";
import { watermarkGraph } from "./watermark.ts";
import type {
  PlannedAudio,
  PlannedGif,
  PlannedPicture,
  PlannedPoster,
  PlannedVideo,
} from "../plan.ts";

/** Filter graphs consist of our own numbers and words: no text of a file gets in. */

function chain(...filters: readonly (string | false)[]): string {
  return filters.filter((filter) => filter !== false).join(",");
}

/** Clockwise turns as filters. */
const turns: Readonly<Record<PlannedPicture["rotation"], readonly string[]>> = {
  0: [],
  90: ["transpose=clock"],
  180: ["hflip", "vflip"],
  270: ["transpose=cclock"],
};

const transferNames = { pq: "smpte2084", hlg: "arib-std-b67" } as const;

/**
 * From BT.2020 and PQ or HLG to BT.709: to linear light with 100 cd/m² as white, Hable's curve
 * (which keeps shadows), back to video levels. Files often do not state matrix and primaries, so
 * both are given here.
 */
function toneMapFilters(from: "pq" | "hlg"): string[] {
  return [
    `zscale=tin=${transferNames[from]}:min=bt2020nc:pin=bt2020:t=linear:npl=100`,
    "format=gbrpf32le",
    "zscale=p=bt709",
    "tonemap=hable:desat=0",
    "zscale=t=bt709:m=bt709:r=tv",
  ];
}

/** Puts the transparent parts of a picture on white. */
const onWhite =
  "format=rgba,split[clear][below];[below]lutrgb=r=255:g=255:b=255:a=255[white];" +
  "[white][clear]overlay=format=rgb";

/** Colours without tags are marked as what they are taken for, so that each filter and player does the same. */
const stated709 = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709";

/**
 * Each frame to the size of the output. A film may change its size or its pixels' shape midway: a frame of
 * another shape than planned (by more than two pixels and 2 %) keeps its shape, with black beside it.
 * A pixel shape beyond 1:10 is a mistake, as the probe takes it.
 */
function fitFilters(width: number, height: number, scaling: string): string[] {
  const shape = "st(0,if(between(sar,0.1,10),dar,a))";
  const near = (what: string, side: number) =>
    `lte(abs(${what}-${side}),${Math.max(2, side * 0.02)})`;
  const fits = `max(${near(`ld(0)*${height}`, width)},${near(`${width}/ld(0)`, height)})`;
  const isWider = `gt(ld(0)*${height},${width})`;
  const even = (value: string) => `max(2,2*round(${value}/2))`;
  const side = (whole: number, when: string, part: string) =>
    `'${shape};if(max(${fits},${when}),${whole},${even(part)})'`;
  const w = side(width, isWider, `${height}*ld(0)`);
  const h = side(height, `not(${isWider})`, `${width}/ld(0)`);
  return [`scale=w=${w}:h=${h}:eval=frame:${scaling}`, `pad=${width}:${height}:-1:-1:eval=frame`];
}

/** The last picture stays for a while. */
const holdFilter = (holdMs = 0): string | false =>
  holdMs > 0 && `tpad=stop_mode=clone:stop_duration=${holdMs / 1000}`;

/**
 * Progressive, to size, SDR, upright, with square pixels, in this order: tone-mapping is
 * expensive, so the picture is scaled down first.
 */
function pictureFilters(picture: PlannedPicture, scaling: string, moves: boolean): string[] {
  const lies = picture.rotation === 0 || picture.rotation === 180;
  const [width, height] = lies ? [picture.width, picture.height] : [picture.height, picture.width];
  return [
    ...(picture.matrix === undefined ? [] : [stated709]),
    ...(picture.deinterlace ? ["bwdif=mode=send_frame"] : []),
    ...(moves ? fitFilters(width, height, scaling) : [`scale=${width}:${height}:${scaling}`]),
    ...(picture.toneMap === undefined ? [] : toneMapFilters(picture.toneMap)),
    ...turns[picture.rotation],
    ...(picture.mirrored === true ? ["hflip"] : []),
    "setsar=1",
  ];
}

const bt709 = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv";

/** A constant rate. The last picture counts however short a time the file gives it. */
function fpsFilter(rate: Ratio): string {
  return `fps=${rate.num}/${rate.den}:eof_action=pass`;
}

/**
 * A film's picture, from `[0:i]` to `[label]`: 4:2:0, 8 bit, video levels. YUV keeps its matrix and
 * says so as the source did; RGB has none, and becomes BT.709.
 * @param watermark the number of the input that has the watermark, where the plan names one
 */
export function videoGraph(
  video: Pick<PlannedVideo, "picture" | "frameRate" | "holdMs" | "watermark">,
  label: string,
  watermark = 1,
): string {
  const { picture, frameRate } = video;
  const scaling = picture.rgb ? "out_color_matrix=bt709:out_range=tv" : "out_range=tv";
  const filters = chain(
    frameRate !== undefined && fpsFilter(frameRate),
    ...pictureFilters(picture, scaling, true),
    holdFilter(video.holdMs),
    "format=yuv420p",
    picture.rgb && bt709,
  );
  const input = `[0:${picture.streamIndex}]`;
  if (video.watermark !== undefined)
    return watermarkGraph(`${input}${filters}`, watermark, video.watermark, picture, label);
  // ffmpeg 5 hands the source's turn on to the output of a graph with one input, but the filters have made it.
  const second = picture.rotation === 0 && picture.mirrored !== true ? "" : `;${input}nullsink`;
  return `${input}${filters}[${label}]${second}`;
}

/**
 * Sound from `[0:i]` to `[label]`, starting at 0 and with silence in its gaps, so that it stays in
 * step with the picture; 5.1 and mono become what is asked for. When rate or channels change midway,
 * ffmpeg makes the graph anew: then `first_pts` would put all the time so far before it, as silence.
 */
export function audioGraph(audio: PlannedAudio, label: string, loudness?: Loudness): string {
  const layout = audio.channels === 1 ? "mono" : "stereo";
  const filters = chain(
    audio.mix !== undefined && mixFilter(audio.mix, layout),
    `aresample=${audio.sampleRateHz}:async=1${audio.startsAtZero === true ? "" : ":first_pts=0"}`,
    `aformat=channel_layouts=${layout}`,
    ...loudnessFilters(audio, loudness),
  );
  return `[0:${audio.streamIndex}]${filters}[${label}]`;
}

/**
 * The animation. It is cut before the palette, which keeps every frame in memory until it has seen
 * the last, and after the frames have their final times: a picture may stay on screen beyond the cut.
 * `round=up` keeps the only frame of a very short video.
 */
export function gifGraph(gif: PlannedGif, label: string): string {
  const filters = chain(
    "setpts=PTS-STARTPTS",
    `fps=${gif.frameRate}:round=up`,
    ...pictureFilters(gif.picture, "flags=lanczos", true),
    holdFilter(gif.holdMs),
    `trim=duration=${gif.durationMs / 1000}`,
    "split[seen][kept]",
  );
  return (
    `[0:${gif.picture.streamIndex}]${filters};` +
    `[seen]palettegen=max_colors=${gif.colors}:stats_mode=diff[palette];` +
    `[kept][palette]paletteuse=dither=bayer:bayer_scale=5:diff_mode=rectangle[${label}]`
  );
}

/** A picture of the input with that number, upright and in that size, between other filters. */
export function stillGraph(
  picture: PlannedPicture,
  input: number,
  size: { readonly width: number; readonly height: number },
  { before = "", after = "" }: { readonly before?: string; readonly after?: string },
): string {
  const small = pictureFilters({ ...picture, ...size }, "flags=area", true);
  const filters = [before, ...small, after].filter((filter) => filter !== "");
  return `[${input}:${picture.streamIndex}]${filters.join(",")}`;
}

/**
 * A still; JPEG has its own matrix (BT.601) and full levels.
 * @param typical of the first frames the most typical is taken, instead of the very first
 */
export function posterGraph(poster: PlannedPoster, label: string, typical: boolean): string {
  const { picture, choice } = poster;
  const filters = chain(
    ...pictureFilters(picture, "flags=lanczos", choice !== undefined),
    picture.alpha && choice === undefined && onWhite,
    choice !== undefined && typical && `thumbnail=${choice.candidates}`,
    "scale=out_color_matrix=bt601:out_range=pc",
    "format=yuvj420p",
  );
  return `[0:${picture.streamIndex}]${filters}[${label}]`;
}
