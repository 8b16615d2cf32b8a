import type { Progress } from "../../media/engine.ts";

/**
 * Tells how far a recording has been transcribed; what is unknown is left out.
 * @param work how much there is to do, where recognizing it is 1. Default: 1.
 * @param fromMs so much of the sound was done before. Default: 0.
 * @returns to be told how much of the sound is done, ms; beyond its length what follows recognition
 */
export function createProgress(
  onProgress: (progress: Progress) => void,
  durationMs: number | undefined,
  work = 1,
  fromMs = 0,
): (doneMs: number) => void {
  const startedAt = performance.now();
  return (doneMs) => {
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs <= 0) return;
    const speed = (doneMs - fromMs) / work / elapsedMs;
    if (speed <= 0) return;
    if (durationMs === undefined || durationMs <= 0) return onProgress({ speed });
    const remainingMs = Math.round(Math.max(0, durationMs - doneMs / work) / speed);
    onProgress({ fraction: Math.min(1, doneMs / work / durationMs), speed, remainingMs });
  };
}

/** Raw 16 bit sound in pieces of whole samples, however the pipe cuts it. */
export async function* wholeSamples(sound: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let half: Uint8Array = new Uint8Array(0);
  for await (const chunk of sound) {
    const bytes = half.length === 0 ? chunk : Buffer.concat([half, chunk]);
    const whole = bytes.length - (bytes.length % 2);
    half = bytes.slice(whole);
    if (whole > 0) yield bytes.subarray(0, whole);
  }
}
