/** Which frames of a video are analysed. */
export interface Sampling {
  /** At least this much media time lies between two frames. */
  readonly intervalMs: number;
  /** Only keyframes: 3–7 times cheaper to decode, but no denser than in the file. */
  readonly keyframesOnly: boolean;
}

/** The most frames of one video, whatever length it states. */
export const mostFrames = 1800;

/** Frames of a video that is longer than ten minutes. At 0.1–0.3 s a frame: one to three minutes. */
const framesOfLongVideo = 600;

/**
 * How densely to sample a video of this length: two frames a second up to a minute, one up to ten
 * minutes, 600 frames spread evenly over a longer video, and keyframes only from half an hour on.
 * A video of unknown length: one frame a second, up to `mostFrames`.
 */
export function planSampling(durationMs: number | undefined): Sampling {
  if (durationMs === undefined) return { intervalMs: 1000, keyframesOnly: false };
  if (durationMs <= 60_000) return { intervalMs: 500, keyframesOnly: false };
  if (durationMs <= 600_000) return { intervalMs: 1000, keyframesOnly: false };
  return {
    intervalMs: Math.ceil(durationMs / framesOfLongVideo),
    keyframesOnly: durationMs > 1_800_000,
  };
}

/** Whether keyframes are so rare (under one in two minutes) that all frames have to be decoded. */
export function tooSparse(frames: number, durationMs: number | undefined): boolean {
  return durationMs !== undefined && frames < durationMs / 120_000;
}

/** The actual time between frames: the median of the gaps, and at least the planned interval. */
export function actualInterval(timestampsMs: readonly number[], plannedMs: number): number {
  const gaps = timestampsMs.slice(1).map((time, index) => time - (timestampsMs[index] ?? time));
  const middle = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)];
  return Math.max(plannedMs, middle ?? plannedMs);
}
