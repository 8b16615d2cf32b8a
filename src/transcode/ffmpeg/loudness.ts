import type { PlannedAudio } from "../plan.ts";

/** How loud a sound is, as ffmpeg's loudnorm measures it (EBU R 128, ITU-R BS.1770). */
export interface Loudness {
  /** LUFS. */
  readonly integrated: number;
  /** dBTP. */
  readonly truePeak: number;
  /** LU. */
  readonly range: number;
  /** LUFS. */
  readonly threshold: number;
  /** LU. */
  readonly offset: number;
}

/** EBU R 128 allows -1 dBTP; encoders overshoot by some tenths. */
const truePeak = -1.5;
/** The largest that the filter knows: quiet and loud parts keep their distance. */
const range = 20;

/** The filter for a loudness in LUFS. */
export const loudnorm = (loudness: number): string =>
  `loudnorm=I=${loudness}:TP=${truePeak}:LRA=${range}`;

/** LAME makes its input quieter, by this factor up to that rate (`abr_switch_map` in its presets.c). */
const lameScales: readonly (readonly [bitRate: number, scale: number])[] = [
  [160_000, 0.95],
  [192_000, 0.97],
  [224_000, 0.98],
];

/** How much louder an encoder has to be given a sound, in dB. */
function encoderLoss({ codec, bitRate }: Pick<PlannedAudio, "codec" | "bitRate">): number {
  if (codec !== "mp3") return 0;
  const scale = lameScales.find(([most]) => bitRate <= most)?.[1] ?? 1;
  return -20 * Math.log10(scale);
}

/**
 * The filters that bring a sound to its loudness: one gain for all of it; where its peaks would then be too
 * high, loudnorm's own gain, which moves. None where nothing is asked for or nothing is heard.
 */
export function loudnessFilters(
  audio: Pick<PlannedAudio, "codec" | "bitRate" | "loudness" | "sampleRateHz">,
  measured: Loudness | undefined,
): string[] {
  const { loudness, sampleRateHz } = audio;
  if (loudness === undefined || measured === undefined) return [];
  const { integrated, truePeak: peak, range: spread, threshold, offset } = measured;
  const gain = loudness - integrated;
  const loss = encoderLoss(audio);
  if (peak + gain <= truePeak) return [`volume=${(gain + loss).toFixed(2)}dB`];
  const found =
    `measured_I=${integrated}:measured_TP=${peak}:measured_LRA=${spread}:` +
    `measured_thresh=${threshold}:offset=${offset}`;
  const moving = [`${loudnorm(loudness)}:${found}`, `aresample=${sampleRateHz}`];
  return loss === 0 ? moving : [...moving, `volume=${loss.toFixed(2)}dB`];
}
