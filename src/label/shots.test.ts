import fc from "fast-check";
import { expect, it } from "vitest";
import { shotsOf } from "./shots.ts";

it("makes of two cuts three shots", () => {
  const cuts = [
    { atMs: 5480, confidence: 0.7 },
    { atMs: 3000, confidence: 0.9 },
  ];
  expect(shotsOf(cuts, 9480)).toEqual([
    { startMs: 0, endMs: 3000, confidence: 1 },
    { startMs: 3000, endMs: 5480, confidence: 0.9 },
    { startMs: 5480, endMs: 9480, confidence: 0.7 },
  ]);
});

it("makes one shot of a video without cuts, and of flashes none", () => {
  expect(shotsOf([], 4000)).toEqual([{ startMs: 0, endMs: 4000, confidence: 1 }]);
  const flash = [40, 80, 120].map((atMs) => ({ atMs, confidence: 1 }));
  expect(shotsOf(flash, 4000)).toHaveLength(1);
});

it("covers the video without gaps, whatever the cuts", () => {
  const cut = fc.record({ atMs: fc.nat(20_000), confidence: fc.double({ min: 0, max: 1 }) });
  fc.assert(
    fc.property(fc.array(cut), fc.integer({ min: 1, max: 20_000 }), (cuts, endMs) => {
      const shots = shotsOf(cuts, endMs);
      expect(shots[0]?.startMs).toBe(0);
      expect(shots.at(-1)?.endMs).toBe(endMs);
      for (const [index, { startMs, endMs: end }] of shots.entries()) {
        expect(end).toBeGreaterThan(startMs);
        if (index > 0) expect(startMs).toBe(shots[index - 1]?.endMs);
      }
    }),
  );
});
