import type { AudioFacts, MediaFacts, Ratio, VideoFacts } from "../media/facts.ts";
import { threeLetterCode } from "../media/language-codes.ts";
import type { SkipReason } from "../media/job.ts";
import { type RenditionName, renditionNames } from "../media/media.ts";
import { audioFits, videoFits } from "./copy.ts";
import { cappedFrameRate, fitWithin } from "./fit.ts";
import { soundFor } from "./sound.ts";
import type {
  AudioSpec,
  Box,
  GifSpec,
  PosterSpec,
  Profile,
  VideoCodec,
  VideoSpec,
  Watermark,
} from "./profile.ts";

/** Which picture of the source is used, and how it becomes upright, square, progressive and SDR. */
export interface PlannedPicture {
  readonly streamIndex: number;
  /** Size of the output: even, not larger than the source is shown, same shape. */
  readonly width: number;
  readonly height: number;
  /** Clockwise degrees by which the stored picture is turned. */
  readonly rotation: 0 | 90 | 180 | 270;
  /** Left and right are exchanged after that. */
  readonly mirrored?: true;
  /** The matrix of colours that do not state theirs. */
  readonly matrix?: "bt709";
  readonly deinterlace: boolean;
  /** The light curve to tone-map from; absent when the source is SDR already. */
  readonly toneMap?: "pq" | "hlg";
  /** Stored as RGB: it needs a stated matrix on its way to YUV. */
  readonly rgb: boolean;
  /** Has transparent parts, shown on white. Only for still pictures. */
  readonly alpha: boolean;
}

/** The picture to make. The figures are present with `copy`, too: a damaged source is encoded instead. */
export interface PlannedVideo {
  readonly codec: VideoCodec;
  /** Copies the source's stream unchanged. */
  readonly copy: boolean;
  readonly picture: PlannedPicture;
  /** Constant rate to convert to; absent: frames keep their times. */
  readonly frameRate?: Ratio;
  /** How long the last picture stays after its own time: until the file ends. */
  readonly holdMs?: number;
  readonly keyframeFrames: number;
  /** Of H.264 alone. */
  readonly profile?: VideoSpec["profile"];
  readonly level?: VideoSpec["level"];
  readonly refs?: number;
  readonly maxBitRate: number;
  readonly quality: number;
  readonly effort: VideoSpec["effort"];
  readonly watermark?: Watermark;
}

export interface PlannedAudio extends AudioSpec {
  readonly copy: boolean;
  readonly streamIndex: number;
  /** Channels without known places: how many are added up, and the factor of each. */
  readonly mix?: { readonly channels: number; readonly gain: number };
  /** ISO 639-2: what the track is called in the output. Absent: nobody says. */
  readonly language?: string;
  /** In one line, without control characters. */
  readonly title?: string;
  /** The sound begins with the file: no silence has to be put before it. */
  readonly startsAtZero?: true;
}

/** One output, as JSON: everything that its result depends on besides source and engine. */
export type PlannedRendition = PlannedMovie | PlannedSound | PlannedGif | PlannedPoster;

export interface PlannedMovie {
  readonly rendition: "web" | "phone";
  readonly video: PlannedVideo;
  /** Absent when the source is silent. */
  readonly audio?: PlannedAudio;
}

interface PlannedSound {
  readonly rendition: "audio";
  readonly audio: PlannedAudio;
}

export interface PlannedGif extends Omit<GifSpec, "box"> {
  readonly rendition: "gif";
  readonly picture: PlannedPicture;
  /** How long the last picture stays after its own time. */
  readonly holdMs?: number;
}

export interface PlannedPoster {
  readonly rendition: "poster";
  readonly picture: PlannedPicture;
  readonly quantizer: number;
  /** In a video: among how many frames to choose, or the time to take. Absent for still pictures. */
  readonly choice?: { readonly candidates: number; readonly atMs?: number };
}

interface LeftOut {
  readonly rendition: RenditionName;
  readonly reason: SkipReason;
}

/** What is made of a media file, and what is left out and why. Each rendition is in one of the two lists. */
export interface RenditionPlan {
  readonly planned: readonly PlannedRendition[];
  readonly leftOut: readonly LeftOut[];
}

/** Decides what is made of a media file. Pure: the same facts and profile give the same plan. */
export function planRenditions(facts: MediaFacts, profile: Profile): RenditionPlan {
  const answers = renditionNames.map((name) => planOne(name, facts, profile));
  return {
    planned: answers.flatMap((answer) => ("reason" in answer ? [] : [answer])),
    leftOut: answers.flatMap((answer) => ("reason" in answer ? [answer] : [])),
  };
}

function planOne(
  name: RenditionName,
  facts: MediaFacts,
  profile: Profile,
): PlannedRendition | LeftOut {
  const leftOut = (reason: SkipReason): LeftOut => ({ rendition: name, reason });
  const unwanted = leftOut("not_in_profile");
  if (name === "poster") {
    if (profile.poster === undefined) return unwanted;
    return planPoster(facts, profile.poster) ?? leftOut("no_cover_art");
  }
  if (facts.type === "image") return leftOut("is_image");
  if (name === "audio") {
    if (facts.audio === undefined) return leftOut("no_audio");
    return { rendition: name, audio: planAudio(facts.audio, profile.audio) };
  }
  if (facts.type === "audio" || facts.video === undefined) return leftOut("no_video");
  if (name === "gif") {
    if (profile.gif === undefined) return unwanted;
    const { box, ...figures } = profile.gif;
    return {
      rendition: name,
      picture: planPicture(facts.video, box),
      ...holdOf(facts, { num: figures.frameRate, den: 1 }),
      ...figures,
    };
  }
  const spec = profile[name];
  if (spec === undefined) return unwanted;
  const video = planVideo(facts, facts.video, spec);
  if (facts.audio === undefined) return { rendition: name, video };
  return { rendition: name, video, audio: planAudio(facts.audio, spec.audio) };
}

function planVideo(facts: MediaFacts, source: VideoFacts, spec: VideoSpec): PlannedVideo {
  const frameRate = cappedFrameRate(source, spec.maxFrameRate);
  const rate = frameRate ?? source.frameRate;
  const framesPerSecond = rate === undefined ? spec.maxFrameRate : rate.num / rate.den;
  const keyframeFrames = Math.round((framesPerSecond * spec.keyframes.maxMs) / 1000);
  const { codec, profile, level, refs, watermark } = spec;
  return {
    codec,
    copy: videoFits(facts.container, source, spec),
    picture: planPicture(source, spec.box),
    ...(frameRate === undefined ? {} : { frameRate }),
    ...holdOf(facts, frameRate),
    keyframeFrames: Math.max(1, Math.min(spec.keyframes.maxFrames, keyframeFrames)),
    ...(codec === "h264" && { profile, level, ...(refs !== undefined && { refs }) }),
    maxBitRate: spec.maxBitRate,
    quality: spec.quality,
    effort: spec.effort,
    ...(watermark !== undefined && { watermark }),
  };
}

/** A last picture that is shorter than this before the end is not held. */
const leastHoldMs = 100;

/** How much longer the file is than its pictures. @param rate of the output, where it is constant */
export function holdOf({ durationMs = 0, video }: MediaFacts, rate?: Ratio): { holdMs?: number } {
  // At a constant rate the last picture has a whole frame's time, whatever the file gives it.
  const frameMs = rate === undefined ? 0 : Math.round((1000 * rate.den) / rate.num);
  const holdMs = durationMs - (video?.durationMs ?? Infinity);
  return holdMs < Math.max(leastHoldMs, frameMs) ? {} : { holdMs: holdMs - frameMs };
}

/** What is made of the sound. */
export function planAudio(source: AudioFacts, spec: AudioSpec): PlannedAudio {
  const { channels, mixGain, startMs, streamIndex, title } = source;
  const language = source.language && threeLetterCode(source.language);
  const sound = soundFor(source, spec);
  return {
    ...sound,
    copy: audioFits(source, sound),
    streamIndex,
    ...(mixGain === undefined ? {} : { mix: { channels, gain: mixGain } }),
    ...(language && { language }),
    ...(title && { title }),
    ...(startMs === 0 ? { startsAtZero: true } : {}),
  };
}

/** Pixel formats that store red, green and blue, or a palette of them. */
const rgbFormat = /^(?:gbr|rgb|bgr|argb|abgr|0rgb|0bgr|pal8|x2rgb|x2bgr)/;
/** Pixel formats with transparency. */
const alphaFormat = /^(?:rgba|bgra|argb|abgr|gbrap|yuva|ya8|ya16|pal8)/;

/** How the picture becomes one that fits the box. */
export function planPicture(source: VideoFacts, box: Box): PlannedPicture {
  const shown = { width: source.displayWidth, height: source.displayHeight };
  const pixelFormat = source.pixelFormat ?? "";
  return {
    streamIndex: source.streamIndex,
    ...fitWithin(shown, box),
    rotation: source.rotation,
    ...(source.mirrored === true ? { mirrored: true } : {}),
    ...(source.assumedMatrix === undefined ? {} : { matrix: source.assumedMatrix }),
    deinterlace: source.interlaced,
    ...(source.transfer === "sdr" ? {} : { toneMap: source.transfer }),
    rgb: rgbFormat.test(pixelFormat),
    alpha: alphaFormat.test(pixelFormat),
  };
}

function planPoster(facts: MediaFacts, spec: PosterSpec): PlannedPoster | undefined {
  const { box, quantizer } = spec;
  const rendition = "poster";
  if (facts.type === "audio" || facts.video === undefined) {
    if (facts.coverArt === undefined) return undefined;
    const { streamIndex, ...size } = facts.coverArt;
    const upright = { rotation: 0, deinterlace: false, rgb: false, alpha: false } as const;
    return { rendition, quantizer, picture: { streamIndex, ...fitWithin(size, box), ...upright } };
  }
  const picture = planPicture(facts.video, box);
  if (facts.type === "image") return { rendition, quantizer, picture };
  const { candidates, atMs } = spec;
  const choice = { candidates, ...(atMs !== undefined && { atMs }) };
  return { rendition, quantizer, picture, choice };
}
