import type { Progress } from "../../media/engine.ts";

/** What is done to a recording, in this order. */
export type Phase = "recognition" | "alignment" | "speakers";

/**
 * Seconds of processor time a second of sound. docs/speech.md and section l of bench/RESULTS.md have the
 * measurements; recognition lies between Moonshine tiny and Whisper base.
 */
const usualWork: Readonly<Record<Phase, number>> = {
  recognition: 0.1,
  alignment: 0.035,
  speakers: 0.065,
};

/** So much is done at most until all is: what follows the last phase takes a moment, too. */
const mostBeforeEnd = 0.99;

interface Work {
  /** Those that the recording needs, in their order. */
  readonly phases: readonly Phase[];
  /** Of the recording. Unknown: there is no fraction until it is recognized. */
  readonly durationMs: number | undefined;
  /** So much of the sound was recognized before. Default: 0. */
  readonly fromMs?: number;
}

/** Is told how far each phase is. */
export interface PhaseProgress {
  /** How much of the sound is recognized, ms. */
  readonly recognized: (doneMs: number) => void;
  /** How much of a later phase is done, 0–1. */
  readonly reached: (phase: Exclude<Phase, "recognition">, done: number) => void;
  /** All is done. */
  readonly end: () => void;
}

/**
 * Tells how far the transcription of a recording is. A phase counts by its usual share of the time, so the
 * fraction never falls, and is 1 only at the end. What is unknown is left out.
 */
export function createProgress(
  onProgress: (progress: Progress) => void,
  { phases, durationMs = 0, fromMs = 0 }: Work,
): PhaseProgress {
  const startedAt = performance.now();
  const whole = phases.reduce((sum, phase) => sum + usualWork[phase], 0);
  const shareOf = (phase: Phase): number => (phases.includes(phase) ? usualWork[phase] / whole : 0);
  const heardBefore = durationMs > 0 ? Math.min(1, fromMs / durationMs) : 0;
  const before = Math.min(mostBeforeEnd, shareOf("recognition") * heardBefore);
  let heardMs = fromMs;
  let reached = before;

  const tell = (fraction: number): void => {
    reached = Math.max(reached, fraction);
    const elapsedMs = performance.now() - startedAt;
    const own = reached - before;
    if (elapsedMs <= 0 || own <= 0) return;
    const remainingMs = Math.round((elapsedMs * (1 - reached)) / own);
    const lengthMs = Math.max(durationMs, heardMs);
    onProgress({ fraction: reached, speed: (lengthMs * own) / elapsedMs, remainingMs });
  };

  return {
    recognized(doneMs) {
      heardMs = Math.max(heardMs, doneMs);
      const share = shareOf("recognition");
      if (durationMs > 0)
        return tell(Math.min(mostBeforeEnd, share * Math.min(1, doneMs / durationMs)));
      const elapsedMs = performance.now() - startedAt;
      const speed = ((heardMs - fromMs) * share) / elapsedMs;
      if (elapsedMs > 0 && speed > 0) onProgress({ speed });
    },
    reached(phase, done) {
      const earlier = phases.slice(0, phases.indexOf(phase));
      const sum = earlier.reduce((shares, one) => shares + shareOf(one), 0);
      tell(Math.min(mostBeforeEnd, sum + shareOf(phase) * Math.min(1, Math.max(0, done))));
    },
    end: () => tell(1),
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
