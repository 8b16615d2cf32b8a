/** A picture's largest size in landscape; it is turned for portrait pictures. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/** The codecs that films can have. All of them go into MP4. */
export const videoCodecs = ["h264", "hevc", "av1", "vp9"] as const;
export type VideoCodec = (typeof videoCodecs)[number];

/** Where a watermark stands in the picture. */
export const watermarkPlaces = [
  "top-left",
  "top-right",
  "bottom-left",
  "bottom-right",
  "center",
] as const;

/** A picture that is laid over every frame. */
export interface Watermark {
  /** Of its bytes: another picture makes another job. */
  readonly sha256: string;
  readonly format: "png" | "jpeg" | "webp";
  readonly place: (typeof watermarkPlaces)[number];
  /** 0 is invisible, 1 hides what is below. */
  readonly opacity: number;
  /** Its width as a part of the picture's. */
  readonly width: number;
}

/** A film as MP4. All figures are upper bounds: a smaller, slower or simpler source stays as it is. */
export interface VideoSpec {
  readonly codec: VideoCodec;
  readonly box: Box;
  /** H.264's profile and level; other codecs find their own. */
  readonly profile: "main" | "high";
  /** As the codec counts: 31 is level 3.1. */
  readonly level: number;
  /** Reference frames; absent: what the level and the encoder's preset allow. */
  readonly refs?: number;
  readonly maxFrameRate: number;
  /** Bits per second. */
  readonly maxBitRate: number;
  readonly keyframes: { readonly maxFrames: number; readonly maxMs: number };
  /** The encoder's constant rate factor below the maximum bit rate. H.264: 18 is near lossless, 28 is coarse. */
  readonly quality: number;
  /** x264's balance between time and size. */
  readonly effort: "veryfast";
  readonly watermark?: Watermark;
  readonly audio: AudioSpec;
}

export interface AudioSpec {
  readonly codec: "aac" | "mp3" | "opus";
  /** Bits per second: AAC's and Opus's target, MP3's constant rate. */
  readonly bitRate: number;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** The loudness that it is brought to, in LUFS (ITU-R BS.1770). Absent: as loud as the source. */
  readonly loudness?: number;
}

export interface GifSpec {
  readonly box: Box;
  readonly durationMs: number;
  readonly frameRate: number;
  /** Colours of the palette, at most 256. */
  readonly colors: number;
  /** The largest file. Colours, then rate, then size give way to it (gif-budget.ts). */
  readonly maxBytes: number;
}

export interface PosterSpec {
  readonly box: Box;
  /** Frames from all over a video, of which the sharpest with the most in it is taken. */
  readonly candidates: number;
  /** Takes the frame of that time instead. */
  readonly atMs?: number;
  /** JPEG quantiser: 2 is best, 31 worst. */
  readonly quantizer: number;
}

/** One size of an adaptive stream. */
export interface RungSpec {
  /** The shorter side of its box, which is 16:9. */
  readonly height: number;
  /** Bits per second, at up to 30 frames a second in the whole box. */
  readonly maxBitRate: number;
}

/** An adaptive stream: the same film in several sizes, from which a player chooses while it plays. */
export interface StreamSpec {
  /** A film that is not longer than this gets none: it is loaded whole sooner than a player can choose. */
  readonly overMs: number;
  /** The smallest first. */
  readonly rungs: readonly RungSpec[];
  /** A rung that costs less than this many times the one below it is not worth having. */
  readonly leastStep: number;
  readonly maxFrameRate: number;
  /** What a player fetches at once. A whole number of `keyframeMs`. */
  readonly segmentMs: number;
  /** All rungs have their keyframes at the same times. */
  readonly keyframeMs: number;
  readonly quality: number;
  readonly effort: "veryfast";
  readonly audio: AudioSpec;
  readonly storyboard: StoryboardSpec;
}

/** Small pictures of all of a film in one file, which a player shows while its user winds. */
export interface StoryboardSpec {
  readonly box: Box;
  readonly leastEveryMs: number;
  /** Columns and rows at most. */
  readonly columns: number;
  readonly rows: number;
  readonly quantizer: number;
}

/** A named set of rendition specs, for all kinds of media files. What is absent is not made. */
export interface Profile {
  readonly name: string;
  readonly web?: VideoSpec;
  readonly phone?: VideoSpec;
  readonly audio: AudioSpec;
  readonly gif?: GifSpec;
  readonly poster?: PosterSpec;
  /** Absent: no adaptive stream. */
  readonly stream?: StreamSpec | undefined;
}

/** AAC-LC 160 kb/s, 44.1 kHz, stereo: the sound of the Web and iPhone4S presets. */
const stereoAac: AudioSpec = { codec: "aac", bitRate: 160_000, sampleRateHz: 44_100, channels: 2 };

/**
 * The Elastic Transcoder preset 1351620000001-100070 "Web": H.264 Main@3.1, 3 reference frames,
 * 2200 kb/s, fits 1280×720 without upscaling or padding, at most 30 frames a second, a keyframe at
 * least every 90 frames, AAC 160 kb/s (from a published ReadPreset answer). 90 frames are three
 * seconds at its 30 frames a second; slower videos keep the three seconds, so that seeking is as fine.
 * Quality 23 and effort veryfast: the same processor time as a plain bit rate, smaller by a fifth on
 * film and seven times on flat pictures; slower efforts gain nothing measurable (SSIM .984 each).
 */
const web: VideoSpec = {
  codec: "h264",
  box: { width: 1280, height: 720 },
  profile: "main",
  level: 31,
  refs: 3,
  maxFrameRate: 30,
  maxBitRate: 2_200_000,
  keyframes: { maxFrames: 90, maxMs: 3000 },
  quality: 23,
  effort: "veryfast",
  audio: stereoAac,
};

/**
 * The preset 1351620000001-100020 "iPhone4S": H.264 High@4.1, fits 1920×1080, about 5000 kb/s,
 * AAC 160 kb/s. Level 4.1 holds 1080p up to 30 frames a second (H.264 table A-1: 245,760
 * macroblocks a second, 1080p has 8,160).
 */
const phone: VideoSpec = {
  codec: "h264",
  box: { width: 1920, height: 1080 },
  profile: "high",
  level: 41,
  maxFrameRate: 30,
  maxBitRate: 5_000_000,
  keyframes: { maxFrames: 90, maxMs: 3000 },
  quality: 23,
  effort: "veryfast",
  audio: stereoAac,
};

/** The preset 1351620000001-300010 "Audio MP3 - 320k": constant bit rate, 44.1 kHz, stereo. */
const audio: AudioSpec = { codec: "mp3", bitRate: 320_000, sampleRateHz: 44_100, channels: 2 };

/**
 * The preset 1351620000001-100200 "GIF (Animated)" publishes no figures. Ours: the first 6 s,
 * 10 frames a second (a GIF's clock counts hundredths, so 10 is exact), fits 480×480, 128 colours, and at most 1.5 MB, as a mail or a chat still takes it.
 */
const gif: GifSpec = {
  box: { width: 480, height: 480 },
  durationMs: 6000,
  frameRate: 10,
  colors: 128,
  maxBytes: 1_500_000,
};

/** A still to show before anything plays: the best of 24 frames, fits 1280×1280. No preset has it. */
const poster: PosterSpec = {
  box: { width: 1280, height: 1280 },
  candidates: 24,
  quantizer: 3,
};

/**
 * The rungs' rates are near those of Apple's HLS authoring specification (its table for H.264). 6 s and 2 s
 * are its segments and keyframes.
 */
const stream: StreamSpec = {
  overMs: 10_000,
  rungs: [
    { height: 240, maxBitRate: 400_000 },
    { height: 360, maxBitRate: 800_000 },
    { height: 480, maxBitRate: 1_400_000 },
    { height: 720, maxBitRate: 2_800_000 },
    { height: 1080, maxBitRate: 5_000_000 },
    { height: 1440, maxBitRate: 9_000_000 },
    { height: 2160, maxBitRate: 16_000_000 },
  ],
  leastStep: 1.5,
  maxFrameRate: 60,
  segmentMs: 6000,
  keyframeMs: 2000,
  quality: 23,
  effort: "veryfast",
  audio: { codec: "aac", bitRate: 128_000, sampleRateHz: 48_000, channels: 2 },
  storyboard: {
    box: { width: 160, height: 160 },
    leastEveryMs: 2000,
    columns: 10,
    rows: 10,
    quantizer: 5,
  },
};

/** The outputs of the published system, by the presets that it names, a poster and an adaptive stream. */
export const defaultProfile = {
  name: "default",
  web,
  phone,
  audio,
  gif,
  poster,
  stream,
} satisfies Profile;
