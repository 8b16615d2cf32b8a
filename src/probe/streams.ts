import type { AudioFacts, CoverArtFacts, Ratio, VideoFacts } from "../media/facts.ts";
import { soundRefusal } from "./budget.ts";
import { known, millisecondsOf, numberOf, objectOf, positiveOf, ratioOf, textOf } from "./json.ts";
import type { Json } from "./json.ts";
import { bitDepthOf, displaySize, pixelShapeOf, turnOf } from "./picture.ts";

function hasFlag(stream: Json, flag: string): boolean {
  return numberOf(objectOf(stream, "disposition"), flag) === 1;
}

/** The stream that players choose: the one marked as default, else the first. */
function preferred(streams: readonly Json[]): Json | undefined {
  return streams.find((stream) => hasFlag(stream, "default")) ?? streams[0];
}

/** Matroska leaves a stream's length to a tag: `00:00:04.021000000`. */
function streamDurationMs(stream: Json): number | undefined {
  const stated = millisecondsOf(stream, "duration");
  if (stated !== undefined) return stated;
  const tag = textOf(objectOf(stream, "tags"), "DURATION");
  const [, hours, minutes, seconds] = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(tag ?? "") ?? [];
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return total > 0 ? Math.max(1, Math.round(total * 1000)) : undefined;
}

/** Whether a stream shows pictures of its own, not a recording's cover or a preview. */
function isShown(stream: Json): boolean {
  return !hasFlag(stream, "attached_pic") && !hasFlag(stream, "timed_thumbnails");
}

function hasSize(stream: Json): boolean {
  return positiveOf(stream, "width") !== undefined && positiveOf(stream, "height") !== undefined;
}

function isHeard(stream: Json): boolean {
  const isStated = ["sample_rate", "channels"].every(
    (key) => positiveOf(stream, key) !== undefined,
  );
  return isStated && soundRefusal(stream) === undefined;
}

/** The streams of a file, by use. */
export interface Streams {
  readonly video?: Json;
  readonly audio?: Json;
  readonly coverArt?: Json;
  readonly audioTracks: number;
  /** Video that would be shown if its codec or size were known. */
  readonly unreadable: readonly Json[];
  /** Sound whose rate or channels no recording has. */
  readonly unheard: readonly Json[];
  readonly warnings: readonly string[];
}

/** Chooses the picture and the sound that are used. */
export function chooseStreams(all: readonly Json[]): Streams {
  const ofType = (type: string): Json[] => all.filter((one) => textOf(one, "codec_type") === type);
  const [videos, audios] = [ofType("video"), ofType("audio")];
  const readable = (one: Json): boolean => textOf(one, "codec_name") !== undefined && hasSize(one);
  const shown = videos.filter(isShown);
  const heard = audios.filter((one) => textOf(one, "codec_name") !== undefined && isHeard(one));
  const video = preferred(shown.filter(readable));
  const audio = preferred(heard);
  const coverArt = videos.find((one) => hasFlag(one, "attached_pic") && readable(one));
  const unreadable = shown.filter((one) => !readable(one));
  const warnings = [
    ...(unreadable.length > 0 ? ["a video stream that cannot be read is left out"] : []),
    ...(audios.length > heard.length ? ["a sound track that cannot be read is left out"] : []),
    ...(heard.length > 1 && audio !== undefined ? [trackChoice(heard, audio)] : []),
  ];
  const chosen = known({ video, audio, coverArt });
  const unheard = audios.filter((one) => soundRefusal(one) !== undefined);
  return { ...chosen, audioTracks: heard.length, unreadable, unheard, warnings };
}

function trackChoice(tracks: readonly Json[], audio: Json): string {
  const language = languageOf(audio);
  const place = `number ${tracks.indexOf(audio) + 1}${language === undefined ? "" : ` (${language})`}`;
  return `it has ${tracks.length} sound tracks; ${place} is used`;
}

function languageOf(stream: Json): string | undefined {
  const language = textOf(objectOf(stream, "tags"), "language");
  return language === "und" ? undefined : language;
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

/** The facts of a video stream or a still picture; pictures have neither rate nor length. */
export function videoFacts(
  stream: Json,
  frame: Json | undefined,
  isImage: boolean,
): { video: VideoFacts; warnings: readonly string[] } {
  const [width = 1, height = 1] = [positiveOf(stream, "width"), positiveOf(stream, "height")];
  const turn = turnOf(stream, frame);
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
    sampleAspectRatio: shape,
    frameRate: isImage ? undefined : frameRate,
    averageFrameRate: isImage ? undefined : averageFrameRate,
    variableFrameRate: !isImage && differsMarkedly(frameRate, averageFrameRate),
    interlaced: isInterlaced(stream, frame),
    transfer: transfers[textOf(stream, "color_transfer") ?? ""] ?? "sdr",
    bitRate: isImage ? undefined : positiveOf(stream, "bit_rate"),
    durationMs: isImage ? undefined : streamDurationMs(stream),
  });
  return { video, warnings: [turn.warning, warning].filter((one) => one !== undefined) };
}

export function audioFacts(stream: Json): AudioFacts {
  return known({
    streamIndex: numberOf(stream, "index") ?? 0,
    codec: textOf(stream, "codec_name") ?? "",
    profile: textOf(stream, "profile"),
    sampleRateHz: positiveOf(stream, "sample_rate") ?? 0,
    channels: positiveOf(stream, "channels") ?? 0,
    language: languageOf(stream),
    bitRate: positiveOf(stream, "bit_rate"),
    durationMs: streamDurationMs(stream),
  });
}

export function coverArtFacts(stream: Json): CoverArtFacts {
  const [width = 1, height = 1] = [positiveOf(stream, "width"), positiveOf(stream, "height")];
  return { streamIndex: numberOf(stream, "index") ?? 0, width, height };
}
