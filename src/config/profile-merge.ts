import {
  defaultProfile,
  type AudioSpec,
  type GifSpec,
  type PosterSpec,
  type Profile,
  type VideoCodec,
  type VideoSpec,
  type Watermark,
} from "../transcode/profile.ts";
import type { FilmFile, ProfileFile, SoundFile } from "./profile-schema.ts";

/** Refuses a field. */
export type Refuse = (field: string, why: string) => never;
/** Reads a watermark's picture, which a field names. */
type ReadPicture = (picture: string, field: string) => Pick<Watermark, "sha256" | "format">;

/** H.264's levels (table A-1): macroblocks a second, macroblocks of a frame, kb/s of Main. */
const levels: readonly (readonly [
  level: number,
  perSecond: number,
  frame: number,
  rate: number,
])[] = [
  [31, 108_000, 3600, 14_000],
  [32, 216_000, 5120, 20_000],
  [40, 245_760, 8192, 20_000],
  [41, 245_760, 8192, 50_000],
  [42, 522_240, 8704, 50_000],
  [50, 589_824, 22_080, 135_000],
  [51, 983_040, 36_864, 240_000],
  [52, 2_073_600, 36_864, 240_000],
];

/** The first level from `least` on that holds such a film; undefined when none does. */
function levelFor(
  { box, maxFrameRate, maxBitRate }: Pick<VideoSpec, "box" | "maxFrameRate" | "maxBitRate">,
  least: number,
): number | undefined {
  const frame = Math.ceil(box.width / 16) * Math.ceil(box.height / 16);
  const found = levels.find(
    ([level, perSecond, most, rate]) =>
      level >= least &&
      frame <= most &&
      frame * maxFrameRate <= perSecond &&
      maxBitRate <= rate * 1000,
  );
  return found?.[0];
}

/** About as good as H.264 at 23. */
const usualQuality: Readonly<Record<VideoCodec, number>> = { h264: 23, hevc: 26, av1: 35, vp9: 33 };
/** The coarsest that an encoder knows. */
const coarsest: Readonly<Record<VideoCodec, number>> = { h264: 51, hevc: 51, av1: 63, vp9: 63 };

function soundOf(
  given: SoundFile | undefined,
  usual: AudioSpec,
  field: string,
  refuse: Refuse,
): AudioSpec {
  if (given === undefined) return usual;
  const codec = "codec" in given ? (given.codec ?? usual.codec) : usual.codec;
  const isOpus = codec === "opus";
  const { sampleRateHz = isOpus ? 48_000 : usual.sampleRateHz, loudness } = given;
  if (isOpus && sampleRateHz !== 48_000) refuse(`${field}.sampleRateHz`, "must be 48000 with opus");
  return {
    codec,
    bitRate: given.bitRate ?? usual.bitRate,
    sampleRateHz,
    channels: given.channels ?? usual.channels,
    ...(typeof loudness === "number" && { loudness }),
  };
}

function filmOf(
  given: FilmFile,
  usual: VideoSpec,
  field: string,
  readPicture: ReadPicture,
  refuse: Refuse,
): VideoSpec {
  const { codec = usual.codec, frameRate = usual.maxFrameRate, watermark } = given;
  const { quality = codec === usual.codec ? usual.quality : usualQuality[codec] } = given;
  if (quality > coarsest[codec])
    refuse(`${field}.quality`, `must be 0–${coarsest[codec]} with ${codec}`);
  const bounds = {
    box: { width: given.width ?? usual.box.width, height: given.height ?? usual.box.height },
    maxFrameRate: frameRate,
    maxBitRate: given.bitRate ?? usual.maxBitRate,
  };
  const level = codec === "h264" ? levelFor(bounds, usual.level) : usual.level;
  if (level === undefined)
    return refuse(field, "is more than h264 holds: make it smaller or slower, or take hevc or av1");
  const { refs, ...rest } = usual;
  return {
    ...rest,
    ...bounds,
    codec,
    quality,
    level,
    profile: level > 41 ? "high" : usual.profile,
    ...(refs !== undefined && level === usual.level && { refs }),
    keyframes: {
      ...usual.keyframes,
      maxFrames: Math.round((frameRate * usual.keyframes.maxMs) / 1000),
    },
    audio: soundOf(given.sound, usual.audio, `${field}.sound`, refuse),
    ...(watermark && {
      watermark: {
        ...readPicture(watermark.picture, `${field}.watermark.picture`),
        place: watermark.place,
        opacity: watermark.opacity,
        width: watermark.width,
      },
    }),
  };
}

const only = <Fields extends object>(fields: Fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function gifOf(given: Exclude<ProfileFile["renditions"]["gif"], false | undefined>): GifSpec {
  const { width, height, ...figures } = given;
  const { box } = defaultProfile.gif;
  const bounds = { box: { ...box, ...only({ width, height }) } };
  return { ...defaultProfile.gif, ...figures, ...bounds };
}

function posterOf(
  given: Exclude<ProfileFile["renditions"]["poster"], false | undefined>,
): PosterSpec {
  const { width, height, quality: quantizer, atMs } = given;
  const { box } = defaultProfile.poster;
  const bounds = { box: { ...box, ...only({ width, height }) } };
  return { ...defaultProfile.poster, ...bounds, ...only({ quantizer, atMs }) };
}

/** The profile that a file describes: what it does not name stays as in the default profile. */
export function fromFile(
  { renditions }: ProfileFile,
  name: string,
  readPicture: ReadPicture,
  refuse: Refuse,
): Profile {
  const film = (which: "web" | "phone") => {
    const given = renditions[which];
    if (given === false) return {};
    const field = `renditions.${which}`;
    return { [which]: filmOf(given ?? {}, defaultProfile[which], field, readPicture, refuse) };
  };
  const { gif = {}, poster = {} } = renditions;
  return {
    name,
    ...film("web"),
    ...film("phone"),
    audio: soundOf(renditions.audio, defaultProfile.audio, "renditions.audio", refuse),
    ...(gif !== false && { gif: gifOf(gif) }),
    ...(poster !== false && { poster: posterOf(poster) }),
  };
}
