import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boxFor, cappedFrameRate, fitWithin } from "./fit.ts";

const side = fc.integer({ min: 1, max: 10_000 });
const picture = fc.record({ width: side, height: side });
const boxes = fc.constantFrom(
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
  { width: 480, height: 480 },
);

describe("fitWithin", () => {
  it.each([
    [
      { width: 1920, height: 1080 },
      { width: 1280, height: 720 },
    ],
    [
      { width: 1080, height: 1920 },
      { width: 720, height: 1280 },
    ],
    [
      { width: 4096, height: 2160 },
      { width: 1280, height: 676 },
    ],
    [
      { width: 640, height: 360 },
      { width: 640, height: 360 },
    ],
    [
      { width: 641, height: 359 },
      { width: 640, height: 358 },
    ],
    [
      { width: 3000, height: 3000 },
      { width: 720, height: 720 },
    ],
    [
      { width: 1, height: 1 },
      { width: 2, height: 2 },
    ],
  ])("puts %o into 1280×720 as %o", (from, to) => {
    expect(fitWithin(from, { width: 1280, height: 720 })).toEqual(to);
  });

  it("never upscales, is even, fits the turned box, and keeps the shape within two pixels", () => {
    fc.assert(
      fc.property(picture, boxes, (from, box) => {
        const to = fitWithin(from, box);
        const turned = boxFor(from, box);
        expect((to.width % 2) + (to.height % 2)).toBe(0);
        expect(Math.min(to.width, to.height)).toBeGreaterThanOrEqual(2);
        expect(to.width).toBeLessThanOrEqual(Math.max(2, Math.min(from.width, turned.width)));
        expect(to.height).toBeLessThanOrEqual(Math.max(2, Math.min(from.height, turned.height)));
        const scale = Math.min(1, turned.width / from.width, turned.height / from.height);
        expect(Math.abs(to.width - from.width * scale)).toBeLessThanOrEqual(2);
        expect(Math.abs(to.height - from.height * scale)).toBeLessThanOrEqual(2);
      }),
    );
  });

  it("treats lying and standing pictures alike", () => {
    fc.assert(
      fc.property(picture, boxes, ({ width, height }, box) => {
        const lying = fitWithin({ width, height }, box);
        const standing = fitWithin({ width: height, height: width }, box);
        expect(standing).toEqual({ width: lying.height, height: lying.width });
      }),
    );
  });
});

describe("cappedFrameRate", () => {
  const constant = (num: number, den = 1) =>
    cappedFrameRate({ frameRate: { num, den }, variableFrameRate: false }, 30);

  it.each([
    [10, 1, undefined],
    [30_000, 1001, undefined],
    [30, 1, undefined],
    [60, 1, 30],
    [60_000, 1001, 29.97],
    [50, 1, 25],
    [48, 1, 24],
    [120, 1, 30],
    [40, 1, 30], // halved it would be below film's rate
  ])("turns %d/%d into %s", (num, den, rate) => {
    const capped = constant(num, den);
    if (rate === undefined || capped === undefined) expect(capped).toBe(rate);
    else expect(capped.num / capped.den).toBeCloseTo(rate, 2);
  });

  it("makes a variable rate constant at its highest, at most the maximum", () => {
    const variable = (num: number) =>
      cappedFrameRate({ frameRate: { num, den: 1 }, variableFrameRate: true }, 30);
    expect(variable(24)).toEqual({ num: 24, den: 1 });
    expect(variable(90_000)).toEqual({ num: 30, den: 1 });
    expect(cappedFrameRate({ variableFrameRate: false }, 30)).toEqual({ num: 30, den: 1 });
  });
});
