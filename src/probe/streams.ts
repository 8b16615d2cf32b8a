import type { AudioFacts, CoverArtFacts, Ratio, VideoFacts } from "../media/facts.ts";
import { known, millisecondsOf, numberOf, objectOf, positiveOf, ratioOf, textOf } from "./json.ts";
import type { Json } from "./json.ts";
import type { StreamMeasure } from "./measure.ts";
import type { Turn } from "./picture.ts";
import { bitDepthOf, displaySize, pixelShapeOf, turnOf } from "./picture.ts";

/** One of ffprobe's dispositions. */
export function hasFlag(stream: Json, flag: string): boolean {
  return numberOf(objectOf(stream, "disposition"), flag) === 1;
}

/** Matroska leaves a stream's length to a tag: `00:00:04.021000000`. */
export function streamDurationMs(stream: Json): number | undefined {
  const stated = millisecondsOf(stream, "duration");
  if (stated !== undefined) return stated;
  const tag = textOf(objectOf(stream, "tags"), "DURATION");
  const [, hours, minutes, seconds] = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(tag ?? "") ?? [];
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return total > 0 ? Math.max(1, Math.round(total * 1000)) : undefined;
}

/** The language tag of a stream; `und` says nothing. */
export function languageOf(stream: Json): string | undefined {
  const language = textOf(objectOf(stream, "tags"), "language");
  return language === "und" ? undefined : language;
}

/** The longest title that is kept: a file may carry megabytes of tags. */
const longestTitle = 100;

/** The title of a stream, in one line. */
export function titleOf(stream: Json): string | undefined {
  const title = textOf(objectOf(stream, "tags"), "title");
  // Control characters must not reach a terminal.
  return title
    ?.replaceAll(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, longestTitle);
}

/** ffprobe's `color_transfer` names for the two HDR curves (SMPTE ST 2084, ARIB STD-B67). */
const transfers: Readonly<Record<string, VideoFacts["transfer"]>> = {
  smpte2084: "pq",
  "arib-std-b67": "hlg",
};

const interlacedOrders = new Set(["tt", "bb", "tb", "bt"]);

function isInterlaced(stream: Json, frame: Json | undefined): boolean {
  const order = textOf(stream, "field_order") ?? "";
  return interlacedOrders.has(order) || positiveOf(frame ?? {}, "interlaced_frame") === 1;
}

/** Constant rates differ a little too, where the last frame is cut or times are rounded. */
function differsMarkedly(highest: Ratio | undefined, average: Ratio | undefined): boolean {
  if (highest === undefined || average === undefined) return false;
  const quotient = highest.num / highest.den / (average.num / average.den);
  return quotient > 1.1 || quotient < 0.9;
}

/** From this size on, players take pictures without colour tags for BT.709. */
const highDefinition = { width: 1280, height: 720 };

/** The matrix of a film in high definition that does not state it. JPEG's colours are BT.601 in every size. */
function assumedMatrixOf(stream: Json, isImage: boolean): "bt709" | undefined {
  const isStated = textOf(stream, "color_space") !== undefined;
  const isYuv = /^(?:yuv(?!j)|nv|p0)/.test(textOf(stream, "pix_fmt") ?? "");
  if (isImage || isStated || !isYuv || textOf(stream, "codec_name") === "mjpeg") return undefined;
  const [width = 0, height = 0] = [positiveOf(stream, "width"), positiveOf(stream, "height")];
  const isLarge =
    Math.max(width, height) >= highDefinition.width ||
    Math.min(width, height) >= highDefinition.height;
  return isLarge ? "bt709" : undefined;
}

/** The facts of a video stream or a still picture; pictures have neither rate nor length. */
export function videoFacts(
  stream: Json,
  frame: Json | undefined,
  isImage: boolean,
  {
    measured,
    turn: stored,
  }: { measured?: StreamMeasure | undefined; turn?: Turn | undefined } = {},
): { video: VideoFacts; warnings: readonly string[] } {
  const [width = 1, height = 1] = [positiveOf(stream, "width"), positiveOf(stream, "height")];
  const turn = stored ?? turnOf(stream, frame);
  const { shape, warning } = pixelShapeOf(stream);
  const frameRate = ratioOf(stream, "r_frame_rate");
  const averageFrameRate = ratioOf(stream, "avg_frame_rate");
  const video = known({
    streamIndex: numberOf(stream, "index") ?? 0,
    codec: textOf(stream, "codec_name") ?? "",
    profile: textOf(stream, "profile"),
    level: positiveOf(stream, "level"),
    // Before a frame is decoded ffprobe always says 1.
    refs: frame === undefined ? undefined : positiveOf(stream, "refs"),
    pixelFormat: textOf(stream, "pix_fmt"),
    bitDepth: bitDepthOf(stream),
    width,
    height,
    ...displaySize(width, height, shape, turn.rotation),
    rotation: turn.rotation,
    mirrored: turn.mirrored,
    assumedMatrix: assumedMatrixOf(stream, isImage),
    sampleAspectRatio: shape,
    frameRate: isImage ? undefined : frameRate,
    averageFrameRate: isImage ? undefined : averageFrameRate,
    variableFrameRate: !isImage && differsMarkedly(frameRate, averageFrameRate),
    interlaced: isInterlaced(stream, frame),
    transfer: transfers[textOf(stream, "color_transfer") ?? ""] ?? "sdr",
    bitRate: isImage ? undefined : positiveOf(stream, "bit_rate"),
    durationMs: isImage ? undefined : (lengthOf(measured) ?? streamDurationMs(stream)),
  });
  return { video, warnings: [turn.warning, warning].filter((one) => one !== undefined) };
}

/** How a sound track lies in its file. */
interface SoundPlace {
  readonly measured: StreamMeasure | undefined;
  /** When the file begins, on its own clock, in seconds; unknown is absent. */
  readonly fileStart: number | undefined;
  /** See `AudioFacts`. */
  readonly mixGain: number | undefined;
  /** Whether it has to be in step with a picture. */
  readonly withPicture: boolean;
}

/** A beginning that is closer than this is no later. */
const sameMs = 2;

/**
 * How much of the beginning ffmpeg's decoder leaves out: two blocks of Windows Media Audio, which have no
 * whole block before them. Block lengths: `ff_wma_get_frame_len_bits` in ffmpeg's libavcodec/wma_common.c.
 */
function leftOutMs(stream: Json): number {
  const codec = textOf(stream, "codec_name");
  const rate = positiveOf(stream, "sample_rate");
  if ((codec !== "wmav1" && codec !== "wmav2") || rate === undefined) return 0;
  const block =
    rate <= 16_000 ? 512 : rate <= 22_050 || (rate <= 32_000 && codec === "wmav1") ? 1024 : 2048;
  return Math.round((2 * block * 1000) / rate);
}

function startOf(
  stream: Json,
  { measured, fileStart, withPicture }: SoundPlace,
): number | undefined {
  const start = numberOf(stream, "start_time");
  if (measured === undefined && (start === undefined || fileStart === undefined)) return undefined;
  const startMs = measured?.startMs ?? Math.round(((start ?? 0) - (fileStart ?? 0)) * 1000);
  const heardMs = startMs + (withPicture ? leftOutMs(stream) : 0);
  return heardMs <= sameMs ? 0 : heardMs;
}

export function audioFacts(stream: Json, place: SoundPlace): AudioFacts {
  return known({
    streamIndex: numberOf(stream, "index") ?? 0,
    codec: textOf(stream, "codec_name") ?? "",
    profile: textOf(stream, "profile"),
    sampleRateHz: positiveOf(stream, "sample_rate") ?? 0,
    channels: positiveOf(stream, "channels") ?? 0,
    mixGain: place.mixGain,
    startMs: startOf(stream, place),
    language: languageOf(stream),
    title: titleOf(stream) || undefined,
    bitRate: positiveOf(stream, "bit_rate"),
    durationMs: lengthOf(place.measured) ?? streamDurationMs(stream),
  });
}

function lengthOf(measured: StreamMeasure | undefined): number | undefined {
  return measured === undefined ? undefined : Math.max(1, measured.endMs - measured.startMs);
}

export function coverArtFacts(stream: Json): CoverArtFacts {
  const [width = 1, height = 1] = [positiveOf(stream, "width"), positiveOf(stream, "height")];
  return { streamIndex: numberOf(stream, "index") ?? 0, width, height };
}
