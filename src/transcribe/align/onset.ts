import { open } from "node:fs/promises";
import { sampleRateHz } from "../sound-features.ts";
import type { AlignedWord } from "./aligner.ts";

const windowMs = 5;
const windowSamples = (sampleRateHz * windowMs) / 1000;

/** Quieter than this share of a word's loudest 5 ms is silence. */
const silent = 0.02;
/** Silence at a word's start that may be the closure of its first consonant, before `t` or `b` bursts. */
const closureMs = 30;
/** A word starts no later than this after where it was found, nor after half of it. */
const latestMs = 120;

/** Loudness of each 5 ms of a stretch of raw sound. */
async function loudnessOf(path: string, startMs: number, endMs: number): Promise<Float32Array> {
  const [from, to] = [startMs, endMs].map((ms) => Math.floor(ms / windowMs) * windowSamples);
  const bytes = Buffer.alloc(Math.max(0, (to ?? 0) - (from ?? 0)) * 2);
  const file = await open(path);
  try {
    await file.read(bytes, 0, bytes.length, (from ?? 0) * 2);
  } finally {
    await file.close();
  }
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  const loudness = new Float32Array(samples.length / windowSamples);
  for (let window = 0; window < loudness.length; window += 1) {
    let sum = 0;
    const end = (window + 1) * windowSamples;
    for (let at = window * windowSamples; at < end; at += 1) sum += (samples[at] ?? 0) ** 2;
    loudness[window] = Math.sqrt(sum / windowSamples);
  }
  return loudness;
}

/**
 * Moves the starts of words that were found in the silence before them to where they can be heard. The
 * aligner gives a short pause to the word after it, as if it were the closure of its first consonant.
 */
export async function atOnset(
  sound: string,
  passage: { readonly startMs: number; readonly endMs: number },
  words: readonly AlignedWord[],
): Promise<AlignedWord[]> {
  if (words.every(({ state }) => state === "failed")) return [...words];
  const base = Math.floor(passage.startMs / windowMs) * windowMs;
  const loudness = await loudnessOf(sound, passage.startMs, passage.endMs);
  return words.map((word) => {
    if (word.state === "failed") return word;
    const [from, to] = [word.startMs, word.endMs].map((ms) => Math.floor((ms - base) / windowMs));
    const own = loudness.subarray(from, to);
    const loudest = own.reduce((most, value) => Math.max(most, value), 0);
    const onsetMs = own.findIndex((value) => value > loudest * silent) * windowMs;
    const mostMs = Math.min(latestMs, (word.endMs - word.startMs) / 2);
    const laterMs = Math.min(mostMs, onsetMs - closureMs);
    return laterMs > 0 ? { ...word, startMs: Math.round(word.startMs + laterMs) } : word;
  });
}
