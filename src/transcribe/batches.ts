import { lengthMs } from "./passages.ts";
import type { Passage } from "./passages.ts";
import { sampleRateHz } from "./sound-features.ts";

/** Speech for one run of an engine: passages one after the other with silence between them. */
export interface Batch {
  readonly samples: Int16Array;
  readonly parts: readonly {
    /** Where the passage begins in the batch, and in the recording. */
    readonly batchMs: number;
    readonly startMs: number;
    readonly lengthMs: number;
  }[];
}

/** Long enough that the engine ends its utterance (it takes 0.5 s), so that no phrase spans two passages. */
const gapMs = 800;

/** Whether nothing was left out before a passage: it is the first, or the rest of one that was cut. */
function continues(passage: Passage, previous: Passage | undefined): boolean {
  if (previous === undefined) return true;
  return passage.startMs - (previous.startMs + lengthMs(previous.samples)) < 1;
}

/** Puts passages together, with silence where something was left out. */
function together(passages: readonly Passage[]): Batch {
  const gap = (gapMs * sampleRateHz) / 1000;
  let total = 0;
  const places = passages.map((passage, index) => {
    const place = total + (continues(passage, passages[index - 1]) ? 0 : gap);
    total = place + passage.samples.length;
    return place;
  });
  const samples = new Int16Array(total + gap);
  const parts = passages.map(({ samples: own, startMs }, index) => {
    const place = places[index] ?? 0;
    samples.set(own, place);
    return { batchMs: (place * 1000) / sampleRateHz, startMs, lengthMs: lengthMs(own) };
  });
  return { samples, parts };
}

/**
 * Passages in batches of about `batchMs`: starting an engine costs half a second of loading its
 * model, waiting for hours of speech costs memory and the first words.
 */
export async function* batches(
  passages: AsyncIterable<Passage>,
  batchMs: number,
): AsyncGenerator<Batch> {
  let waiting: Passage[] = [];
  let waitingMs = 0;
  for await (const passage of passages) {
    waiting.push(passage);
    waitingMs += lengthMs(passage.samples);
    if (waitingMs < batchMs) continue;
    yield together(waiting);
    [waiting, waitingMs] = [[], 0];
  }
  if (waiting.length > 0) yield together(waiting);
}

/** A time range in a batch as one in the recording, held to the passage that it is in. */
export function timeInRecording(
  batch: Batch,
  range: { readonly startMs: number; readonly endMs: number },
): { startMs: number; endMs: number } {
  const middle = (range.startMs + range.endMs) / 2;
  const part = batch.parts.findLast(({ batchMs }) => batchMs <= middle) ?? batch.parts[0];
  if (part === undefined) return { startMs: 0, endMs: 0 };
  const place = (ms: number): number =>
    Math.round(part.startMs + Math.min(part.lengthMs, Math.max(0, ms - part.batchMs)));
  return { startMs: place(range.startMs), endMs: place(range.endMs) };
}

/** Sound as a WAV file: 16 kHz, mono, 16 bit. */
export function wavOf(samples: Int16Array): Uint8Array {
  const file = Buffer.alloc(44 + samples.length * 2);
  file.write("RIFF", 0, "latin1");
  file.writeUInt32LE(36 + samples.length * 2, 4);
  file.write("WAVEfmt ", 8, "latin1");
  file.writeUInt32LE(16, 16); // size of the format block
  file.writeUInt16LE(1, 20); // PCM
  file.writeUInt16LE(1, 22); // channels
  file.writeUInt32LE(sampleRateHz, 24);
  file.writeUInt32LE(sampleRateHz * 2, 28); // bytes a second
  file.writeUInt16LE(2, 32); // bytes a sample
  file.writeUInt16LE(16, 34); // bits a sample
  file.write("data", 36, "latin1");
  file.writeUInt32LE(samples.length * 2, 40);
  file.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), 44);
  return file;
}
