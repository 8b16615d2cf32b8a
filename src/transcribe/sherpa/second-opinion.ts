import { open } from "node:fs/promises";
import { asMediaError } from "../../media/errors.ts";
import { transcriptText, type Word } from "../../media/transcript.ts";
import { wordError } from "../word-error.ts";
import type { RecognizedPiece } from "./protocol.ts";
import type { RecognizerProcess } from "./recognizer-process.ts";

/** How much quicker the sound is the second time: nobody hears it, and it makes other frames of all. */
const quicker = 1.04;
/** So much of a place is heard again, and of so many places. */
const longestMs = 30_000;
const mostPlaces = 3;
/** Of words that another hearing does not confirm, more than this say that neither was understood. */
const mostDifferent = 0.5;

/** Sound at another speed, by straight lines between its samples. */
function atSpeed(samples: Int16Array, speed: number): Int16Array {
  return Int16Array.from({ length: Math.floor(samples.length / speed) }, (_, index) => {
    const place = index * speed;
    const [left = 0, right = 0] = [samples[Math.floor(place)], samples[Math.ceil(place)]];
    return Math.round(left + (right - left) * (place - Math.floor(place)));
  });
}

/** A part of raw 16 kHz sound. */
async function soundOf(path: string, startMs: number, endMs: number): Promise<Int16Array> {
  const bytes = Buffer.alloc(Math.round(endMs - startMs) * 32);
  const file = await open(path);
  try {
    await file.read(bytes, 0, bytes.length, Math.round(startMs) * 32);
  } finally {
    await file.close();
  }
  return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
}

/** What a model writes for some sound, as if it were a recording of its own. */
async function textOf(
  recognizer: RecognizerProcess,
  samples: Int16Array,
  signal: AbortSignal,
): Promise<string> {
  try {
    await recognizer.begin({}, signal);
    const pieces: RecognizedPiece[] = [];
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    pieces.push(...(await recognizer.transcribe(bytes, signal)).pieces);
    const end = await recognizer.end(async (answer) => void pieces.push(...answer.pieces), signal);
    return [...pieces, ...end.pieces].map(({ text }) => text.trim()).join(" ");
  } catch (thrown) {
    await recognizer.close();
    throw thrown;
  }
}

interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
}

interface Heard {
  readonly use: <T>(work: (recognizer: RecognizerProcess) => Promise<T>) => Promise<T>;
  /** Path of the recording's raw sound: 16 kHz, mono, 16 bit. */
  readonly sound: string;
  readonly words: readonly Word[];
  readonly signal: AbortSignal;
}

/** The share of words that differ when a stretch is heard again, a little quicker. */
async function differences({ use, sound, words, signal }: Heard, place: Stretch): Promise<number> {
  const endMs = Math.min(place.endMs, place.startMs + longestMs);
  const own = words.filter((word) => word.startMs >= place.startMs && word.endMs <= endMs);
  const samples = atSpeed(await soundOf(sound, place.startMs, endMs), quicker);
  const again = await use((recognizer) => textOf(recognizer, samples, signal));
  const { errors, words: count } = wordError(transcriptText(own), again);
  return errors / Math.max(1, count);
}

/**
 * Those of some stretches whose text a second hearing does not confirm. What somebody says in a model's own
 * language it writes twice alike, also when the voice is an odd one; over another language it writes another
 * text each time. Of many stretches the first are heard again, and speak for the others.
 * @throws MediaError `cancelled`, `limit_time`
 */
export async function unconfirmed<Place extends Stretch>(
  heard: Heard,
  stretches: readonly Place[],
): Promise<Place[]> {
  const left: Place[] = [];
  const [tried, others] = [stretches.slice(0, mostPlaces), stretches.slice(mostPlaces)];
  for (const place of tried) {
    const share = await differences(heard, place).catch((thrown: unknown) => {
      if (heard.signal.aborted) throw asMediaError(thrown);
      return 1; // it could not be heard again, so nothing speaks for its text
    });
    if (share > mostDifferent) left.push(place);
  }
  return left.length === 0 ? [] : [...left, ...others];
}
