import type { FragmentIndex, StreamSet, VideoRung } from "./stream-set.ts";

/** Bits a second of a file: of its largest segment, and of all of it. */
export interface Rates {
  readonly peak: number;
  readonly average: number;
}

const bits = (bytes: number, duration: number, timescale: number): number =>
  Math.ceil((bytes * 8 * timescale) / duration);

/**
 * The rates of one file (RFC 8216, 4.3.4.2): the peak is the largest rate of any segment, the average that of
 * all segments together. Its head is not counted, because it is fetched once.
 */
export function ratesOf({ fragments, timescale }: FragmentIndex): Rates {
  const lasting = fragments.filter(({ duration }) => duration > 0);
  const peaks = lasting.map(({ sizeBytes, duration }) => bits(sizeBytes, duration, timescale));
  const size = lasting.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const duration = lasting.reduce((sum, one) => sum + one.duration, 0);
  return {
    peak: Math.max(0, ...peaks),
    average: duration > 0 ? bits(size, duration, timescale) : 0,
  };
}

/** The rates of what plays together: a rung, and the sound that has the highest rate. */
export function variantRates(rung: VideoRung | undefined, { sounds }: StreamSet): Rates {
  const video = rung === undefined ? { peak: 0, average: 0 } : ratesOf(rung.index);
  const audio = sounds.map(({ index }) => ratesOf(index));
  return {
    peak: video.peak + Math.max(0, ...audio.map(({ peak }) => peak)),
    average: video.average + Math.max(0, ...audio.map(({ average }) => average)),
  };
}

/** Frames a second with three decimals, as HLS wants them: 29.970. */
export const framesPerSecond = ({ num, den }: VideoRung["frameRate"]): string =>
  (num / den).toFixed(3);
