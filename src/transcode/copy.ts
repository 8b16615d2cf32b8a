import type { AudioFacts, VideoFacts } from "../media/facts.ts";
import { boxFor } from "./fit.ts";
import type { AudioSpec, VideoSpec } from "./profile.ts";

/**
 * H.264 profiles by what a decoder of the spec's profile can play (H.264 A.2). Plain Baseline is in
 * neither: its slice groups and arbitrary slice order are not part of Main or High.
 */
const playableProfiles: Readonly<Record<VideoSpec["profile"], readonly string[]>> = {
  main: ["Constrained Baseline", "Main"],
  high: ["Constrained Baseline", "Main", "Constrained High", "Progressive High", "High"],
};

/** Containers that keep every frame's time; AVI and streams do not. */
const timedContainers = new Set(["mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"]);

/** Whether a fact is known and not above its bound. An unknown fact does not fit. */
function within(fact: number | undefined, bound: number): boolean {
  return fact !== undefined && fact <= bound;
}

/**
 * Whether a video stream already meets the spec, so that its bytes can be copied. Only H.264 is, and none
 * that gets a watermark.
 * Strict: an unknown fact does not fit. Only the distance of keyframes stays as in the source.
 */
export function videoFits(container: string, source: VideoFacts, spec: VideoSpec): boolean {
  const { frameRate, sampleAspectRatio: sar } = source;
  const box = boxFor(source, spec.box);
  return (
    spec.codec === "h264" &&
    spec.watermark === undefined &&
    timedContainers.has(container) &&
    source.codec === "h264" &&
    playableProfiles[spec.profile].includes(source.profile ?? "") &&
    within(source.level, spec.level) &&
    (source.level ?? 0) > 0 &&
    (spec.refs === undefined || within(source.refs, spec.refs)) &&
    source.pixelFormat === "yuv420p" &&
    (source.bitDepth === undefined || source.bitDepth === 8) &&
    source.transfer === "sdr" &&
    !source.interlaced &&
    source.rotation === 0 &&
    source.mirrored !== true &&
    sar.num === sar.den &&
    source.width === source.displayWidth &&
    source.height === source.displayHeight &&
    source.width <= box.width &&
    source.height <= box.height &&
    source.width % 2 === 0 &&
    source.height % 2 === 0 &&
    !source.variableFrameRate &&
    frameRate !== undefined &&
    frameRate.num / frameRate.den <= spec.maxFrameRate &&
    within(source.bitRate, spec.maxBitRate)
  );
}

/** Rates of a constant-rate stream as containers round them. */
const bitRateTolerance = 0.01;

/**
 * Whether a sound stream already meets the spec. AAC may have a lower bit rate; MP3 must have exactly
 * the rate of the spec, which is constant.
 */
export function audioFits(source: AudioFacts, spec: AudioSpec): boolean {
  const alike = source.sampleRateHz === spec.sampleRateHz && source.channels === spec.channels;
  if (source.codec !== spec.codec || !alike || source.bitRate === undefined) return false;
  if (spec.loudness !== undefined) return false;
  switch (spec.codec) {
    case "aac":
      return (
        source.profile === "LC" && within(source.bitRate, spec.bitRate * (1 + bitRateTolerance))
      );
    case "mp3":
      return Math.abs(source.bitRate / spec.bitRate - 1) <= bitRateTolerance;
    case "opus":
      return within(source.bitRate, spec.bitRate * (1 + bitRateTolerance));
  }
}
