import type { TrackFacts } from "./tracks.ts";

export const mediaTypes = ["video", "audio", "image"] as const;
export type MediaType = (typeof mediaTypes)[number];

/** A ratio as a container states it. Neither part is 0. */
export interface Ratio {
  readonly num: number;
  readonly den: number;
}

/** The video stream that is shown. Unknown is absent. */
export interface VideoFacts {
  /** Index among all streams of the file. */
  readonly streamIndex: number;
  /** `h264`, `hevc`, `vp9` … */
  readonly codec: string;
  readonly profile?: string;
  /** As the codec counts: 31 is H.264 level 3.1. */
  readonly level?: number;
  readonly refs?: number;
  readonly pixelFormat?: string;
  readonly bitDepth?: number;
  /** Stored pixels, before rotation and pixel shape. */
  readonly width: number;
  readonly height: number;
  /** As it is to be seen: after rotation and with square pixels. */
  readonly displayWidth: number;
  readonly displayHeight: number;
  /** Clockwise degrees to turn the stored picture for display. */
  readonly rotation: 0 | 90 | 180 | 270;
  /** Then left and right are to be exchanged. Absent: they are not. */
  readonly mirrored?: true;
  /** What the colours are taken for, because the file does not say; absent: it does, or nobody has to know. */
  readonly assumedMatrix?: "bt709";
  readonly sampleAspectRatio: Ratio;
  /** Highest rate that a player has to show (ffprobe's r_frame_rate). */
  readonly frameRate?: Ratio;
  readonly averageFrameRate?: Ratio;
  readonly variableFrameRate: boolean;
  readonly interlaced: boolean;
  readonly transfer: "sdr" | "pq" | "hlg";
  readonly bitRate?: number;
  readonly durationMs?: number;
}

/** The sound track that is heard. */
export interface AudioFacts {
  readonly streamIndex: number;
  readonly codec: string;
  readonly profile?: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /**
   * The channels have no known places, as on a field recorder with a microphone each: all of them are added
   * up, each times this factor, which keeps the sum from clipping. Absent: the file says which is left and right.
   */
  readonly mixGain?: number;
  /** How much later than the file its first sound comes. Unknown is absent. */
  readonly startMs?: number;
  /** BCP 47 or ISO 639 tag, as the file says. */
  readonly language?: string;
  /** In one line, without control characters. */
  readonly title?: string;
  readonly bitRate?: number;
  readonly durationMs?: number;
}

/** A picture attached to a recording. */
export interface CoverArtFacts {
  readonly streamIndex: number;
  readonly width: number;
  readonly height: number;
}

/** How much of a media file there is, of how much it says there is. Unknown is absent. */
export interface Incomplete {
  readonly decodedMs?: number;
  readonly expectedMs?: number;
}

/** What a probe finds out about a media file. Unknown is absent, never 0. */
export interface MediaFacts {
  readonly type: MediaType;
  /** ffprobe's format_name: `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly container: string;
  /** ffprobe's format_long_name: `QuickTime / MOV`. */
  readonly containerLongName: string;
  readonly durationMs?: number;
  readonly bitRate?: number;
  readonly video?: VideoFacts;
  readonly audio?: AudioFacts;
  readonly audioTracks: number;
  /** The tracks that there are, and which of them are used. Absent in pictures, and where nobody looked yet. */
  readonly tracks?: readonly TrackFacts[];
  readonly coverArt?: CoverArtFacts;
  /** Present when not all of it could be decoded: it was cut off, or its rest is broken. */
  readonly incomplete?: Incomplete;
  /** What is odd about the file but does not stop the work, for people. */
  readonly warnings: readonly string[];
}
