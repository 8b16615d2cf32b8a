import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { letterbox, mirrorBox, mirrorPixels, overlap, squared, unletterbox } from "./geometry.ts";

const length = fc.integer({ min: 1, max: 20_000 });
const part = fc.double({ min: 0, max: 1, noNaN: true });
const box = fc
  .tuple(part, part, part, part)
  .map(([a, b, c, d]) => ({ left: a, top: b, width: (1 - a) * c, height: (1 - b) * d }));

describe("letterboxing", () => {
  it("fits wide and tall pictures, centred", () => {
    expect(letterbox(768, 432, 512)).toEqual({
      size: 512,
      left: 0,
      top: 112,
      width: 512,
      height: 288,
    });
    expect(letterbox(360, 640, 512)).toEqual({
      size: 512,
      left: 112,
      top: 0,
      width: 288,
      height: 512,
    });
    expect(letterbox(10_000, 1, 512)).toMatchObject({ width: 512, height: 1 });
  });

  it("stays in the square, whatever the shape", () => {
    fc.assert(
      fc.property(length, length, (width, height) => {
        const fit = letterbox(width, height, 512);
        expect(fit.left).toBeGreaterThanOrEqual(0);
        expect(fit.top).toBeGreaterThanOrEqual(0);
        expect(fit.left + fit.width).toBeLessThanOrEqual(512);
        expect(fit.top + fit.height).toBeLessThanOrEqual(512);
        expect(Math.max(fit.width, fit.height)).toBe(512);
      }),
    );
  });

  it("finds boxes again in the picture", () => {
    fc.assert(
      fc.property(length, length, box, (width, height, place) => {
        const fit = letterbox(width, height, 512);
        const x1 = fit.left + place.left * fit.width;
        const y1 = fit.top + place.top * fit.height;
        const corners = [
          x1,
          y1,
          x1 + place.width * fit.width,
          y1 + place.height * fit.height,
        ] as const;
        const found = unletterbox(corners, fit);
        for (const key of ["left", "top", "width", "height"] as const)
          expect(found[key]).toBeCloseTo(place[key], 6);
      }),
    );
  });

  it("cuts boxes at the picture's edges", () => {
    const fit = letterbox(768, 432, 512);
    expect(unletterbox([-20, 0, 600, 500], fit)).toEqual({ left: 0, top: 0, width: 1, height: 1 });
    expect(unletterbox([0, 0, 512, 100], fit)).toMatchObject({ height: 0 });
  });
});

describe("boxes and mirrors", () => {
  it("overlap is 1 with itself, the same both ways, and 0 apart", () => {
    fc.assert(
      fc.property(box, box, (a, b) => {
        expect(overlap(a, b)).toBeCloseTo(overlap(b, a), 9);
        expect(overlap(a, b)).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
    const left = { left: 0, top: 0, width: 0.4, height: 1 };
    expect(overlap(left, left)).toBe(1);
    expect(overlap(left, { ...left, left: 0.5 })).toBe(0);
    expect(overlap(left, { ...left, left: 0.2 })).toBeCloseTo(1 / 3);
  });

  it("mirrors boxes and pixels there and back", () => {
    fc.assert(
      fc.property(box, (place) => {
        expect(mirrorBox(mirrorBox(place)).left).toBeCloseTo(place.left, 9);
      }),
    );
    const square = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const mirrored = mirrorPixels(square, 2);
    expect([...mirrored]).toEqual([4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9]);
    expect(mirrorPixels(mirrored, 2)).toEqual(square);
  });
});

describe("a picture in the middle of a square", () => {
  it("is where the letterbox says, with grey around it", () => {
    const wide = letterbox(3, 1, 3);
    const picture = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const bar = Array(9).fill(128);
    expect([...squared(picture, wide, 128)]).toEqual([...bar, ...picture, ...bar]);
    const high = letterbox(1, 3, 3);
    const grey = [128, 128, 128];
    const rows = [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ].flatMap((pixel) => [...grey, ...pixel, ...grey]);
    expect([...squared(picture, high, 128)]).toEqual(rows);
  });
});
