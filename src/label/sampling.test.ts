import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actualInterval, mostFrames, planSampling, tooSparse } from "./sampling.ts";

describe("which frames are looked at", () => {
  it("two a second, then one, then 600 in all, then keyframes", () => {
    expect(planSampling(45_000)).toEqual({ intervalMs: 500, keyframesOnly: false });
    expect(planSampling(60_001)).toEqual({ intervalMs: 1000, keyframesOnly: false });
    expect(planSampling(1_200_000)).toEqual({ intervalMs: 2000, keyframesOnly: false });
    expect(planSampling(12 * 3_600_000)).toEqual({ intervalMs: 72_000, keyframesOnly: true });
    expect(planSampling(undefined)).toEqual({ intervalMs: 1000, keyframesOnly: false });
  });

  it("never more than 602 frames of a video that tells its length, and never sparser for a shorter one", () => {
    const duration = fc.integer({ min: 1, max: 100 * 3_600_000 });
    fc.assert(
      fc.property(duration, duration, (a, b) => {
        expect(a / planSampling(a).intervalMs + 2).toBeLessThanOrEqual(602);
        expect(planSampling(Math.min(a, b)).intervalMs).toBeLessThanOrEqual(
          planSampling(Math.max(a, b)).intervalMs,
        );
      }),
    );
    expect(mostFrames).toBeGreaterThan(602);
  });

  it("tells when keyframes are too rare", () => {
    expect(tooSparse(1, 3_600_000)).toBe(true);
    expect(tooSparse(60, 3_600_000)).toBe(false);
    expect(tooSparse(1, undefined)).toBe(false);
  });

  it("takes the interval from the frames when they came more rarely than planned", () => {
    expect(actualInterval([0, 10_000, 20_000, 30_000], 6000)).toBe(10_000);
    expect(actualInterval([0, 500, 1000], 500)).toBe(500);
    expect(actualInterval([0], 500)).toBe(500);
    expect(actualInterval([], 500)).toBe(500);
  });
});
