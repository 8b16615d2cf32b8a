/**
 * Two channels as one. Speech is often recorded with one channel turned upside down (a wrong cable, a
 * wrong plug): added up, the channels then cancel each other out. Where their difference is much
 * louder than their sum, the difference is what was said.
 */

/** How long it is listened before it is decided, in frames of 16 kHz: 100 ms. */
const blockFrames = 1600;
/** Power by which one must exceed the other, so that wide stereo does not flip to and fro. */
const decisive = 4;
/** How much of the past counts, per block. */
const memory = 0.5;

const bytesPerFrame = 4;

/** The power of sum and difference in a block. */
function powersOf(samples: Int16Array): { sum: number; difference: number } {
  let [sum, difference] = [0, 0];
  for (let at = 0; at < samples.length; at += 2) {
    const [left = 0, right = 0] = [samples[at], samples[at + 1]];
    sum += (left + right) ** 2;
    difference += (left - right) ** 2;
  }
  return { sum, difference };
}

/** A block as one channel; the right channel's factor goes from `from` to `to` within it. */
function mixed(samples: Int16Array, from: number, to: number): Uint8Array {
  const frames = samples.length / 2;
  const mono = new Int16Array(frames);
  for (let frame = 0; frame < frames; frame += 1) {
    const factor = from + ((to - from) * (frame + 1)) / frames;
    const [left = 0, right = 0] = [samples[2 * frame], samples[2 * frame + 1]];
    mono[frame] = Math.round((left + factor * right) / 2);
  }
  return new Uint8Array(mono.buffer);
}

/** Little-endian samples, copied so that they are aligned. */
const samplesOf = (bytes: Buffer): Int16Array =>
  Int16Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readInt16LE(2 * at));

/**
 * Mixes raw 16 bit little-endian stereo of 16 kHz down to one channel, a block at a time. An incomplete
 * frame at the end is left out.
 */
export async function* oneVoice(stereo: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0);
  let [sum, difference, factor] = [0, 0, 1];
  const block = (bytes: Buffer): Uint8Array => {
    const samples = samplesOf(bytes);
    const powers = powersOf(samples);
    sum = sum * memory + powers.sum;
    difference = difference * memory + powers.difference;
    const before = factor;
    if (difference > decisive * sum) factor = -1;
    else if (sum > decisive * difference) factor = 1;
    return mixed(samples, before, factor);
  };
  const blockBytes = blockFrames * bytesPerFrame;
  for await (const bytes of stereo) {
    rest = Buffer.concat([rest, bytes]);
    const whole = rest.length - (rest.length % blockBytes);
    for (let at = 0; at < whole; at += blockBytes) yield block(rest.subarray(at, at + blockBytes));
    rest = rest.subarray(whole);
  }
  const frames = rest.length - (rest.length % bytesPerFrame);
  if (frames > 0) yield block(rest.subarray(0, frames));
}
