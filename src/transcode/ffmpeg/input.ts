import type { MediaFacts } from "../../media/facts.ts";
import { largestPicture, type Limits } from "../../media/limits.ts";
import { ffmpegInput, wholeClock } from "../../sandbox/ffmpeg-input.ts";

/** Where to begin, and whether keyframes are enough. */
export interface Reading {
  readonly fromMs?: number;
  readonly keyframesOnly?: boolean;
  /** Only to find out whether it can be decoded: the pictures are not used. */
  readonly inspectOnly?: boolean;
  /** Leaves out frames that no other frame needs: half of the cost, and never a keyframe. */
  readonly fewerFrames?: boolean;
  /** Reads no more than this. */
  readonly forMs?: number;
  /**
   * Frames of another size go on through the same filters, which keep what they have counted and gathered.
   * Else ffmpeg makes the filters anew; deinterlacing needs that.
   */
  readonly keepsGraph?: boolean;
}

/** The longest part that is read in search of keyframes. */
const keyframeSearchSeconds = "120";

export function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/**
 * The arguments by which ffmpeg reads the source: as the probe read it, and not turned by ffmpeg itself
 * (the filters turn it, by the facts).
 */
export function inputArguments(
  path: string,
  { container, type }: Pick<MediaFacts, "container" | "type">,
  limits: Pick<Limits, "maxPixels" | "maxPicturePixels">,
  reading: Reading = {},
): string[] {
  const { fromMs = 0, forMs, keyframesOnly = false, inspectOnly = false } = reading;
  const { keepsGraph = false } = reading;
  const keyframes = ["-skip_frame", "nokey", "-noaccurate_seek", "-t", keyframeSearchSeconds];
  const options = [
    wholeClock(container),
    ["-noautorotate"],
    keepsGraph ? ["-reinit_filter:v", "0"] : [],
    keyframesOnly ? keyframes : [],
    // Damage shows when the stream is parsed; smoothing block edges afterwards finds none.
    inspectOnly ? ["-skip_loop_filter", "all"] : [],
    reading.fewerFrames === true ? ["-skip_frame", "noref"] : [],
    forMs === undefined ? [] : ["-t", seconds(forMs)],
    fromMs > 0 ? ["-ss", seconds(fromMs)] : [],
  ].flat();
  const maxPixels = largestPicture(limits, type === "image");
  return ffmpegInput({ path, container, maxPixels, options });
}
