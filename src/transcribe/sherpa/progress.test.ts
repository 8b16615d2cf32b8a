import fc from "fast-check";
import { expect, it } from "vitest";
import type { Progress } from "../../media/engine.ts";
import type { AlignRequest, Aligner } from "../align/aligner.ts";
import { createProgress, type Phase } from "./progress.ts";
import { timedWords } from "./word-times.ts";

const phaseLists: readonly (readonly Phase[])[] = [
  ["recognition"],
  ["recognition", "alignment"],
  ["recognition", "speakers"],
  ["recognition", "alignment", "speakers"],
];

/** Lets the clock go on: progress in no time has no speed. */
const later = () => new Promise((resolve) => setTimeout(resolve, 2));

async function watch(phases: readonly Phase[], durationMs: number | undefined, fromMs = 0) {
  const told: Progress[] = [];
  const progress = createProgress((one) => void told.push(one), { phases, durationMs, fromMs });
  await later();
  return { told, progress, last: () => told.at(-1)?.fraction };
}

it("counts alignment and speakers, and is whole only at the end", async () => {
  const { told, progress, last } = await watch(["recognition", "alignment", "speakers"], 60_000);
  progress.recognized(60_000);
  expect(last()).toBeCloseTo(0.5, 6);
  expect(told.at(-1)?.remainingMs).toBeGreaterThan(0);
  progress.reached("alignment", 0.5);
  expect(last()).toBeCloseTo(0.5875, 6);
  progress.reached("alignment", 1);
  expect(last()).toBeCloseTo(0.675, 6);
  progress.reached("speakers", 0.5);
  expect(last()).toBeCloseTo(0.8375, 6);
  progress.reached("speakers", 1);
  expect(last()).toBeLessThan(1);
  progress.end();
  expect(told.at(-1)).toMatchObject({ fraction: 1, remainingMs: 0 });
});

it("never falls, and is below 1 before the end, whatever the phases tell", async () => {
  const step = fc.tuple(
    fc.constantFrom<Phase>("recognition", "alignment", "speakers"),
    fc.double({ min: -1, max: 3, noNaN: true }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...phaseLists),
      fc.option(fc.integer({ min: 1, max: 10_000_000 }), { nil: undefined }),
      fc.double({ min: 0, max: 2, noNaN: true }),
      fc.array(step, { maxLength: 20 }),
      async (phases, durationMs, from, steps) => {
        const length = durationMs ?? 1_000;
        const { told, progress } = await watch(phases, durationMs, Math.round(from * length));
        for (const [phase, done] of steps)
          if (phase === "recognition") progress.recognized(Math.max(0, done * length));
          else if (phases.includes(phase)) progress.reached(phase, done);
        const fractions = told.flatMap(({ fraction = 0 }) => fraction);
        expect(Math.max(0, ...fractions)).toBeLessThan(1);
        progress.end();
        const all = told.flatMap(({ fraction }) => fraction ?? []);
        expect(all).toEqual(all.toSorted((a, b) => a - b));
        expect(all.at(-1)).toBe(1);
        for (const { speed = 0, remainingMs = 0 } of told) {
          expect(speed).toBeGreaterThanOrEqual(0);
          expect(remainingMs).toBeGreaterThanOrEqual(0);
        }
      },
    ),
    { numRuns: 50 },
  );
});

it("has no fraction while the length of what is recognized is unknown", async () => {
  const { told, progress, last } = await watch(["recognition", "alignment"], undefined);
  progress.recognized(5_000);
  expect(told).toHaveLength(1);
  expect(last()).toBeUndefined();
  expect(told[0]?.speed).toBeGreaterThan(0);
  progress.reached("alignment", 0.5);
  expect(last()).toBeGreaterThan(0.5);
});

it("is told by the aligner", async () => {
  const done: number[] = [];
  const aligner: Aligner = {
    id: "fake",
    async align({ passages, onProgress }: AlignRequest) {
      let alignedMs = 0;
      return passages.map(({ startMs, endMs, words }) => {
        alignedMs += endMs - startMs;
        onProgress?.(alignedMs);
        return words.map(() => ({ startMs, endMs, state: "aligned" as const }));
      });
    },
  };
  const piece = (startMs: number, lengthMs: number) => ({
    startMs,
    lengthMs,
    text: "hello",
    language: "",
    tokens: [" hello"],
    timestamps: [],
    durations: [],
    logProbs: [],
  });
  await timedWords(
    [piece(0, 1_000), piece(5_000, 3_000)],
    { language: "en-US", frameMs: 40 },
    {
      aligner,
      sound: "none",
      workDir: "none",
      signal: new AbortController().signal,
      onProgress: (part) => void done.push(part),
    },
  );
  expect(done).toEqual([0.25, 1]);
});
