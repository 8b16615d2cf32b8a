import { frameSamples } from "../sound-features.ts";

/**
 * The loudness that the model is used to. It starts every run from a fixed idea of the mean
 * spectrum (`-cmninit 41,…` of the en-us model's feat.params) and learns the true one only after
 * eight seconds; sound of about this level has that mean.
 */
const expectedDb = -26;

/**
 * Recordings of usual loudness are left alone, for it makes no difference to them: eight clips of −10
 * to −30 dB as renditions, as WAV and 7 ms later had 60, 66 and 72 of 219 words wrong as they are, and
 * 62, 59 and 76 at the expected loudness. Very quiet or loud ones are lost when nothing is done.
 */
const usualDb = { least: -35, most: -8 };

/** Below this there is no speech that would tell the level. */
const quietestDb = -70;

/** Level of the loudest twentieth of the frames, dB of full scale; undefined for silence. */
function loudnessDb(samples: Int16Array): number | undefined {
  const levels: number[] = [];
  for (let start = 0; start + frameSamples <= samples.length; start += frameSamples) {
    let energy = 0;
    for (let index = start; index < start + frameSamples; index += 1)
      energy += ((samples[index] ?? 0) / 32_768) ** 2;
    const levelDb = 10 * Math.log10(energy / frameSamples);
    if (levelDb > quietestDb) levels.push(levelDb);
  }
  return levels.toSorted((a, b) => a - b)[Math.floor(levels.length * 0.95)];
}

/** The same sound, at the loudness that the model expects when its own is unusual. */
export function levelled(samples: Int16Array): Int16Array {
  const levelDb = loudnessDb(samples);
  if (levelDb === undefined) return samples;
  if (levelDb >= usualDb.least && levelDb <= usualDb.most) return samples;
  const gain = 10 ** ((expectedDb - levelDb) / 20);
  return samples.map((sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * gain))));
}
