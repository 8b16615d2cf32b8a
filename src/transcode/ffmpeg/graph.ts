import type { Ratio } from "../../media/facts.ts";
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

/**
 * Progressive, to size, SDR, upright, with square pixels, in this order: tone-mapping is
 * expensive, so the picture is scaled down first.
 */
function pictureFilters(picture: PlannedPicture, scaling: string): string[] {
  const lies = picture.rotation === 0 || picture.rotation === 180;
  const [width, height] = lies ? [picture.width, picture.height] : [picture.height, picture.width];
  return [
    ...(picture.deinterlace ? ["bwdif=mode=send_frame"] : []),
    `scale=${width}:${height}:${scaling}`,
    ...(picture.toneMap === undefined ? [] : toneMapFilters(picture.toneMap)),
    ...turns[picture.rotation],
    "setsar=1",
  ];
}

const bt709 = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv";

function fpsFilter(rate: Ratio): string {
  return `fps=${rate.num}/${rate.den}`;
}

/**
 * A film's picture, from `[0:i]` to `[label]`: 4:2:0, 8 bit, video levels. YUV keeps its matrix and
 * says so as the source did; RGB has none, and becomes BT.709.
 */
export function videoGraph(video: PlannedVideo, label: string): string {
  const { picture, frameRate } = video;
  const scaling = picture.rgb ? "out_color_matrix=bt709:out_range=tv" : "out_range=tv";
  const filters = chain(
    frameRate !== undefined && fpsFilter(frameRate),
    ...pictureFilters(picture, scaling),
    "format=yuv420p",
    picture.rgb && bt709,
  );
  return `[0:${picture.streamIndex}]${filters}[${label}]`;
}

/**
 * Sound from `[0:i]` to `[label]`, starting at 0 and with silence in its gaps, so that it stays in
 * step with the picture; 5.1 and mono become what is asked for.
 */
export function audioGraph(audio: PlannedAudio, label: string): string {
  const layout = audio.channels === 1 ? "mono" : "stereo";
  const resample = `aresample=${audio.sampleRateHz}:async=1:first_pts=0`;
  return `[0:${audio.streamIndex}]${resample},aformat=channel_layouts=${layout}[${label}]`;
}

/**
 * The animation. It is cut before the palette, which keeps every frame in memory until it has seen
 * the last; and `round=up` keeps the only frame of a very short video.
 */
export function gifGraph(gif: PlannedGif, label: string): string {
  const filters = chain(
    `trim=duration=${gif.durationMs / 1000}`,
    "setpts=PTS-STARTPTS",
    `fps=${gif.frameRate}:round=up`,
    ...pictureFilters(gif.picture, "flags=lanczos"),
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
  const small = pictureFilters({ ...picture, ...size }, "flags=area");
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
    ...pictureFilters(picture, "flags=lanczos"),
    picture.alpha && choice === undefined && onWhite,
    choice !== undefined && typical && `thumbnail=${choice.candidates}`,
    "scale=out_color_matrix=bt601:out_range=pc",
    "format=yuvj420p",
  );
  return `[0:${picture.streamIndex}]${filters}[${label}]`;
}
