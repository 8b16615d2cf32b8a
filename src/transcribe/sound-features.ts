/** The rate at which speech engines hear: 16 kHz, mono, 16 bit. */
export const sampleRateHz = 16_000;

/** One step of the analysis: 10 ms, as in speech engines. */
export const frameMs = 10;
export const frameSamples = (sampleRateHz * frameMs) / 1000;

/**
 * What each frame of a sound is like, by the window of 32 ms around it. Columns instead of
 * objects, because hours of sound have millions of frames.
 */
export interface SoundFrames {
  /** Loudness above about 80 Hz, dB of full scale; `silenceDb` for digital silence. */
  readonly levelDb: Float32Array;
  /** Where the sound's energy lies: dB of its difference signal against itself, higher for hisses. */
  readonly tiltDb: Float32Array;
  /** How periodic it is at a voice's pitch, 70–400 Hz: 0 for noise, 1 for a pure tone. */
  readonly periodicity: Float32Array;
}

/** What digital silence counts as: the noise of 16 bits. */
export const silenceDb = -96;

const windowSamples = 512;
/** Pitch is looked for at a quarter of the rate: 4 kHz holds all that matters and costs a sixteenth. */
const decimation = 4;
const shortestLag = Math.floor(sampleRateHz / decimation / 400);
const longestLag = Math.ceil(sampleRateHz / decimation / 70);
const pitchSamples = 160;

/** 10 log10 of a mean square, not below `silenceDb`. */
function decibels(meanSquare: number): number {
  return meanSquare <= 0 ? silenceDb : Math.max(silenceDb, 10 * Math.log10(meanSquare));
}

/** Removes rumble and offset: a DC blocker with its corner at about 80 Hz. */
function removeRumble(samples: Int16Array, output: Float32Array): void {
  let before = samples[0] ?? 0;
  let value = 0;
  for (let index = 0; index < samples.length; index += 1) {
    const sample = samples[index] ?? 0;
    value = sample - before + 0.97 * value;
    before = sample;
    output[index] = value / 32_768;
  }
}

/** Every fourth sample, each the mean of four: a crude low-pass is enough for finding pitch. */
function decimate(signal: Float32Array, output: Float32Array): void {
  for (let index = 0; index < output.length; index += 1) {
    let sum = 0;
    for (let part = 0; part < decimation; part += 1) sum += signal[index * decimation + part] ?? 0;
    output[index] = sum / decimation;
  }
}

/** Highest normalised autocorrelation at a voice's pitch, from `start` on. */
function periodicityAt(slow: Float32Array, start: number): number {
  const end = Math.min(start + pitchSamples - longestLag, slow.length - longestLag);
  let best = 0;
  for (let lag = shortestLag; lag <= longestLag; lag += 1) {
    let product = 0;
    let own = 0;
    let other = 0;
    for (let index = start; index < end; index += 1) {
      const a = slow[index] ?? 0;
      const b = slow[index + lag] ?? 0;
      product += a * b;
      own += a * a;
      other += b * b;
    }
    if (own > 0 && other > 0) best = Math.max(best, product / Math.sqrt(own * other));
  }
  return best;
}

/** Measures the window that begins at `from` into the frame `frame`. */
function measure(
  [signal, slow]: readonly [Float32Array, Float32Array],
  from: number,
  frames: SoundFrames,
  frame: number,
): void {
  const to = Math.min(signal.length, from + windowSamples);
  let energy = 0;
  let difference = 0;
  for (let index = from; index < to; index += 1) {
    const value = signal[index] ?? 0;
    const step = value - (signal[index - 1] ?? 0);
    energy += value * value;
    difference += step * step;
  }
  const level = decibels(energy / (to - from));
  frames.levelDb[frame] = level;
  if (level <= silenceDb) return; // neither colour nor pitch
  frames.tiltDb[frame] = 10 * Math.log10((difference + 1e-12) / (energy + 1e-12));
  frames.periodicity[frame] = periodicityAt(slow, Math.floor(from / decimation));
}

/**
 * Makes a listener for stretches of up to `longestSamples` that tells what each frame of one
 * sounds like; a rest shorter than a frame is left out. It keeps its working memory.
 */
export function createListener(longestSamples: number): (samples: Int16Array) => SoundFrames {
  const wholeSignal = new Float32Array(longestSamples);
  const wholeSlow = new Float32Array(Math.floor(longestSamples / decimation));
  return (samples) => {
    const signal = wholeSignal.subarray(0, samples.length);
    const slow = wholeSlow.subarray(0, Math.floor(samples.length / decimation));
    removeRumble(samples, signal);
    decimate(signal, slow);
    const count = Math.floor(samples.length / frameSamples);
    const column = (): Float32Array => new Float32Array(count);
    const frames = { levelDb: column(), tiltDb: column(), periodicity: column() };
    const lead = (windowSamples - frameSamples) / 2;
    for (let frame = 0; frame < count; frame += 1)
      measure([signal, slow], Math.max(0, frame * frameSamples - lead), frames, frame);
    return frames;
  };
}
