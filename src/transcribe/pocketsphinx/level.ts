import { frameSamples } from "../sound-features.ts";

/**
 * The loudness that the model is used to. It starts every run from a fixed idea of the mean
 * spectrum (`-cmninit 41,…` of the en-us model's feat.params) and learns the true one only after
 * eight seconds; sound of about this level has that mean. It hardly matters for recordings of
 * usual loudness (eight clips of −10 to −30 dB: 60 to 63 errors either way), but very quiet or
 * loud ones are lost without it.
 */
const expectedDb = -26;

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

/** The same sound at the loudness that the model expects. */
export function levelled(samples: Int16Array): Int16Array {
  const levelDb = loudnessDb(samples);
  if (levelDb === undefined) return samples;
  const gain = 10 ** ((expectedDb - levelDb) / 20);
  return samples.map((sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * gain))));
}
