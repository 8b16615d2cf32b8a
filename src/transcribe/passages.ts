import { createListener, frameSamples, sampleRateHz } from "./sound-features.ts";
import type { SoundFrames } from "./sound-features.ts";
import { findSpeech } from "./speech-gate.ts";

/** A stretch of a recording in which somebody speaks. */
export interface Passage {
  readonly startMs: number;
  /** 16 kHz mono. */
  readonly samples: Int16Array;
}

/** How much is looked at together: enough to know the background; 2 MB. */
const blockMs = 60_000;
/** A passage that ends this close to the block's end may go on in the next. */
const openMs = 1_000;
/** Whisper-like engines take 30 s; longer utterances make any decoder slow. */
const longestPassageMs = 30_000;

const samplesOf = (ms: number): number => (ms * sampleRateHz) / 1000;

/** How long a number of samples lasts, ms. */
export const lengthMs = (samples: Int16Array): number => (samples.length * 1000) / sampleRateHz;

/** The passages of a block, and from which sample on the next block has to look again. */
function search(
  samples: Int16Array,
  frames: SoundFrames,
  isLast: boolean,
  longestMs: number,
): { found: [number, number][]; rest: number } {
  const found = findSpeech(frames, longestMs).map(({ from, to }): [number, number] => [
    from * frameSamples,
    to * frameSamples,
  ]);
  if (isLast) return { found, rest: samples.length };
  const open = samples.length - samplesOf(openMs);
  const last = found.at(-1);
  if (last === undefined || last[1] < open) return { found, rest: Math.max(last?.[1] ?? 0, open) };
  return { found: found.slice(0, -1), rest: last[0] };
}

export interface SearchOptions {
  /** No passage is longer. Default: 30 s. */
  readonly longestMs?: number;
  /** Is told before which place there is no speech any more that has not been handed on. */
  readonly onSearched?: (ms: number) => void;
}

/**
 * Searches raw sound (16 kHz, mono, 16 bit little-endian) and hands on what is speech, in the
 * order of time. Memory is bounded by one block, whatever the length.
 */
export async function* speechPassages(
  sound: AsyncIterable<Uint8Array>,
  options: SearchOptions = {},
): AsyncGenerator<Passage> {
  const { longestMs = longestPassageMs, onSearched } = options;
  const block = new Int16Array(samplesOf(blockMs));
  // All machines that Node runs on are little-endian, as is the sound.
  const bytesOfBlock = new Uint8Array(block.buffer);
  const framesOf = createListener(block.length);
  let filledBytes = 0;
  let offset = 0; // of the block in the recording, samples

  function* listen(isLast: boolean): Generator<Passage> {
    const samples = block.subarray(0, filledBytes >> 1);
    const { found, rest } = search(samples, framesOf(samples), isLast, longestMs);
    for (const [from, to] of found)
      yield { startMs: (offset + from) / samplesOf(1), samples: samples.slice(from, to) };
    const next = rest - (rest % frameSamples); // on a frame's edge, so that times stay whole
    block.copyWithin(0, next, samples.length);
    filledBytes -= next * 2;
    offset += next;
    onSearched?.(offset / samplesOf(1));
  }

  for await (const chunk of sound)
    for (let from = 0; from < chunk.length;) {
      const part = chunk.subarray(from, from + bytesOfBlock.length - filledBytes);
      bytesOfBlock.set(part, filledBytes);
      from += part.length;
      filledBytes += part.length;
      if (filledBytes === bytesOfBlock.length) yield* listen(false);
    }
  yield* listen(true);
}
