import type { MediaFacts, Ratio, VideoFacts } from "../../media/facts.ts";
import { cappedFrameRate } from "../fit.ts";
import { holdOf, planAudio, type PlannedAudio, type PlannedPicture, planPicture } from "../plan.ts";
import type { RungSpec, StreamSpec } from "../profile.ts";

/** One rung, as JSON. */
export interface PlannedRung {
  /** Its files' name without ending: `video-720`. */
  readonly name: string;
  readonly picture: PlannedPicture;
  /** Bits per second. */
  readonly maxBitRate: number;
}

/** Small pictures of all of a film, in one file. */
export interface PlannedStoryboard {
  readonly picture: PlannedPicture;
  readonly everyMs: number;
  readonly columns: number;
  readonly rows: number;
  readonly quantizer: number;
}

/** An adaptive stream, as JSON: everything that its bytes depend on besides source and engine. */
export interface PlannedStream extends Pick<
  StreamSpec,
  "segmentMs" | "keyframeMs" | "quality" | "effort" | "leastStep"
> {
  /** The smallest first. */
  readonly rungs: readonly PlannedRung[];
  /** Constant rate to convert to; absent: frames keep their times. */
  readonly frameRate?: Ratio;
  /** Frames a second of every rung. */
  readonly shownRate: Ratio;
  /** How long the last picture stays after its own time. */
  readonly holdMs?: number;
  /** Absent when the source is silent. */
  readonly audio?: PlannedAudio & { readonly language?: string };
  readonly storyboard: PlannedStoryboard;
}

/** A rung's box is 16:9. */
const wide = 16 / 9;

/** Rates above this cost more bits. */
const usualRate = 30;
const fasterFactor = 1.5;

/** The sizes of a film: up to its own, each size once. */
function rungsOf(source: VideoFacts, specs: readonly RungSpec[], rate: Ratio): PlannedRung[] {
  const factor = rate.num / rate.den > usualRate ? fasterFactor : 1;
  const rungs = specs.map(({ height, maxBitRate }): PlannedRung => {
    const box = { width: Math.round(height * wide), height };
    const picture = planPicture(source, box);
    const part = (picture.width * picture.height) / (box.width * box.height);
    const bits = Math.round(maxBitRate * factor * Math.min(1, part));
    return { name: `video-${height}`, picture, maxBitRate: bits };
  });
  const isSame = (one: PlannedRung, other: PlannedRung | undefined): boolean =>
    one.picture.width === other?.picture.width && one.picture.height === other.picture.height;
  return rungs.filter((rung, at) => at === 0 || !isSame(rung, rungs[at - 1]));
}

/** Leaves out what is too near to the next larger one, by what each costs. The largest stays. */
export function apart<Rung>(
  rungs: readonly Rung[],
  costOf: (rung: Rung) => number,
  leastStep: number,
): Rung[] {
  const kept: Rung[] = [];
  for (const rung of rungs.toReversed()) {
    const next = kept.at(-1);
    if (next === undefined || costOf(next) >= leastStep * costOf(rung)) kept.push(rung);
  }
  return kept.toReversed();
}

function planStoryboard(
  source: VideoFacts,
  durationMs: number,
  { box, leastEveryMs, ...sheet }: StreamSpec["storyboard"],
): PlannedStoryboard {
  const everyMs = Math.ceil(durationMs / (sheet.columns * sheet.rows) / 1000) * 1000;
  const picture = planPicture(source, box);
  return { picture, everyMs: Math.max(leastEveryMs, everyMs), ...sheet };
}

/**
 * What the adaptive stream of a media file consists of; undefined where there is none: it is no film, or a short
 * one. Pure.
 */
export function planStream(
  facts: MediaFacts,
  spec: StreamSpec | undefined,
): PlannedStream | undefined {
  const { type, video, audio, durationMs = 0 } = facts;
  if (spec === undefined || type !== "video" || video === undefined) return undefined;
  if (durationMs <= spec.overMs) return undefined;
  const { segmentMs, keyframeMs, quality, effort, leastStep } = spec;
  const frameRate = cappedFrameRate(video, spec.maxFrameRate);
  const shownRate = frameRate ?? video.frameRate ?? { num: spec.maxFrameRate, den: 1 };
  const rungs = rungsOf(video, spec.rungs, shownRate);
  return {
    rungs: apart(rungs, ({ maxBitRate }) => maxBitRate, leastStep),
    ...(frameRate !== undefined && { frameRate }),
    shownRate,
    ...holdOf(facts, frameRate),
    ...(audio !== undefined && {
      audio: {
        ...planAudio(audio, spec.audio),
        copy: false, // it is cut into segments of our own
        ...(audio.language !== undefined && { language: audio.language }),
      },
    }),
    storyboard: planStoryboard(video, durationMs, spec.storyboard),
    segmentMs,
    keyframeMs,
    quality,
    effort,
    leastStep,
  };
}
