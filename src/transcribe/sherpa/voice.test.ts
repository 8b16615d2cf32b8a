import fc from "fast-check";
import { expect, it } from "vitest";
import type { Passage } from "../passages.ts";
import type { Vad } from "./sherpa-package.ts";
import { voicedPassages, windowSamples } from "./voice.ts";

const pieces = { longestMs: 29_480, pauseMs: 1_000, paddingMs: 0 };

/**
 * A detector that takes loud windows for speech, with sherpa's own rules for where it begins and ends:
 * its shortest speech and two windows back, until after its shortest silence. silero cannot be made to
 * hear speech without a pause for minutes.
 */
function loudness(): Vad & { resets: number } {
  const lookBack = 5152;
  const silence = 4800;
  let [tail, lastLoud, start] = [0, -Infinity, -1];
  let found: { start: number; samples: Float32Array }[] = [];
  function end(at: number): void {
    if (start >= 0) found.push({ start, samples: new Float32Array(at - start) });
    start = -1;
  }
  return {
    resets: 0,
    acceptWaveform(samples) {
      tail += samples.length;
      if ((samples[0] ?? 0) > 0.1) lastLoud = tail;
      if (tail - lastLoud < silence) {
        if (start < 0) start = Math.max(0, tail - lookBack);
      } else end(tail - silence);
    },
    isEmpty: () => found.length === 0,
    isDetected: () => start >= 0,
    front: () => found[0] ?? { start: 0, samples: new Float32Array(0) },
    pop: () => void found.shift(),
    flush: () => end(tail),
    reset() {
      this.resets += 1;
      [tail, lastLoud, start, found] = [0, -Infinity, -1, []];
    },
  };
}

/** Loud and quiet runs in windows, and a number that each sample is told by. */
function soundOf(runs: readonly (readonly [boolean, number])[]): Int16Array {
  const windows = runs.flatMap(([isLoud, count]) => Array.from({ length: count }, () => isLoud));
  const sound = new Int16Array(windows.length * windowSamples);
  for (const index of sound.keys())
    sound[index] =
      (windows[Math.floor(index / windowSamples)] === true ? 10_000 : 0) + (index % 1000);
  return sound;
}

async function passagesOf(vad: Vad, sound: Int16Array, sizes: readonly number[]) {
  async function* parts() {
    let from = 0;
    for (let turn = 0; from < sound.length; turn += 1) {
      const size = sizes[turn % sizes.length] ?? 1;
      yield sound.subarray(from, from + size);
      from += size;
    }
  }
  const passages: Passage[] = [];
  for await (const passage of voicedPassages(vad, parts(), pieces)) passages.push(passage);
  return passages;
}

const isLoud = (sample: number | undefined): boolean => (sample ?? 0) >= 10_000;
const runs = fc.array(
  fc.tuple(
    fc.boolean(),
    fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 1800 })),
  ),
  { maxLength: 8 },
);
const sizes = fc.array(fc.integer({ min: 500, max: 40_000 }), { minLength: 1, maxLength: 3 });

it("hands on all speech once, as it is, in pieces of less than half a minute, however it comes", async () => {
  await fc.assert(
    fc.asyncProperty(runs, sizes, async (given, parts) => {
      const sound = soundOf(given);
      const passages = await passagesOf(loudness(), sound, parts);
      let before = 0;
      for (const { startMs, samples } of passages) {
        const from = startMs * 16;
        expect(Number.isInteger(from)).toBe(true);
        expect(samples.length).toBeGreaterThan(0);
        expect(samples.length).toBeLessThan(30 * 16_000);
        expect(
          Buffer.compare(
            Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength),
            Buffer.from(sound.buffer, from * 2, samples.byteLength),
          ),
        ).toBe(0);
        expect(sound.subarray(before, from).some(isLoud)).toBe(false);
        before = from + samples.length;
      }
      expect(sound.subarray(before).some(isLoud)).toBe(false);
      expect(await passagesOf(loudness(), sound, [sound.length + 1])).toEqual(passages);
    }),
    { numRuns: 12 },
  );
});

it("cuts speech that never pauses", async () => {
  const vad = loudness();
  const passages = await passagesOf(vad, soundOf([[true, 6000]]), [64_000]);
  expect(vad.resets).toBeGreaterThan(5);
  expect(passages.length).toBeGreaterThan(6);
  expect(passages.every(({ samples }) => samples.length > 10 * 16_000)).toBe(true);
});

it("begins anew with each recording", async () => {
  const vad = loudness();
  const sound = soundOf([
    [false, 30],
    [true, 50],
  ]);
  const first = await passagesOf(vad, sound, [1600]);
  expect(await passagesOf(vad, sound, [1600])).toEqual(first);
});
