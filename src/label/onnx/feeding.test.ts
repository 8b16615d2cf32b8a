import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { letterbox } from "../geometry.ts";
import { createFeeder, normals, placeOf } from "./feeding.ts";
import type { Feeding, Picture } from "./feeding.ts";
import type { Region } from "./protocol.ts";
import { createCutter, createResampler, isCut } from "./resample.ts";
import type { Rectangle } from "./resample.ts";

/** All rows of a rectangle of a square picture. */
function resample(
  pixels: Uint8Array,
  size: number,
  from: Rectangle,
  width: number,
  height: number,
) {
  const square = { width: size, height: size };
  const make = isCut(from, { width, height })
    ? createCutter(square, from)
    : createResampler(square, from, { width, height });
  const rows = make(pixels);
  return Float32Array.from(Array.from({ length: height }, (_, y) => [...rows(y)]).flat());
}

/** What a model is fed by a feeder of its own. */
const feed = (shown: Picture, part: Region, feeding: Feeding): Float32Array =>
  createFeeder(feeding)(shown, part).values;

/** A square picture, its colours by place. */
function picture(size: number, colourAt: (x: number, y: number) => readonly number[]): Uint8Array {
  return Uint8Array.from({ length: size * size * 3 }, (_, index) => {
    const pixel = Math.floor(index / 3);
    return colourAt(pixel % size, Math.floor(pixel / size))[index % 3] ?? 0;
  });
}

const halves = picture(8, (x) => (x < 4 ? [200, 100, 50] : [0, 0, 0]));
const whole = { left: 0, top: 0, width: 1, height: 1 };
const plain: Feeding = {
  width: 4,
  height: 4,
  layout: "pixels",
  order: "rgb",
  ...normals.bytes,
};

describe("pictures at another size", () => {
  it("are the same when the size is", () => {
    const all = { left: 0, top: 0, width: 8, height: 8 };
    expect([...resample(halves, 8, all, 8, 8)]).toEqual([...halves]);
  });

  it("are a part of it, exactly where it lies", () => {
    const right = resample(halves, 8, { left: 4, top: 0, width: 4, height: 8 }, 4, 8);
    expect(Math.max(...right)).toBe(0);
  });

  it("keep one colour, whatever the part and the size", () => {
    const grey = picture(16, () => [90, 90, 90]);
    const edge = fc.double({ min: 0, max: 12, noNaN: true });
    const length = fc.double({ min: 1, max: 40, noNaN: true });
    const size = fc.integer({ min: 1, max: 24 });
    fc.assert(
      fc.property(edge, edge, length, length, size, size, (left, top, width, height, w, h) => {
        const values = resample(grey, 16, { left, top, width, height }, w, h);
        expect(values).toHaveLength(w * h * 3);
        expect(values.every((value) => Math.abs(value - 90) < 1e-3)).toBe(true);
      }),
    );
  });

  it("count every pixel when they shrink: a fine grid becomes grey", () => {
    const grid = picture(32, (x, y) => ((x + y) % 2 === 0 ? [255, 255, 255] : [0, 0, 0]));
    const small = resample(grid, 32, { left: 0, top: 0, width: 32, height: 32 }, 4, 4);
    for (const value of small) expect(Math.abs(value - 127.5)).toBeLessThan(4);
  });
});

describe("what a model is fed", () => {
  const seen = { pixels: halves, width: 8, height: 8 };

  it("has the colours beside each other or as planes, in the order that it wants", () => {
    const asPixels = feed(seen, whole, plain);
    expect([...asPixels.subarray(0, 3)]).toEqual([200, 100, 50]);
    const asPlanes = feed(seen, whole, { ...plain, layout: "planes", order: "bgr" });
    expect([asPlanes[0], asPlanes[16], asPlanes[32]]).toEqual([50, 100, 200]);
    expect([asPlanes[3], asPlanes[19], asPlanes[35]]).toEqual([0, 0, 0]);
  });

  it("is mirrored on demand", () => {
    const mirrored = feed(seen, { ...whole, mirrored: true }, plain);
    expect([...mirrored.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect([...mirrored.subarray(9, 12)]).toEqual([200, 100, 50]);
  });

  it("is in the range that it was trained with", () => {
    const first = (normal: keyof typeof normals) =>
      [...feed(seen, whole, { ...plain, ...normals[normal] }).subarray(0, 3)].map(
        (value) => Math.round(value * 1000) / 1000,
      );
    expect(first("unit")).toEqual([0.784, 0.392, 0.196]);
    expect(first("signed")).toEqual([0.569, -0.216, -0.608]);
    expect(first("lite")).toEqual([0.57, -0.211, -0.602]);
    expect(first("imagenet")).toEqual([1.307, -0.285, -0.933]);
  });

  it("keeps the proportions where it is to, on the colour that belongs around", () => {
    const wide = { ...seen, height: 4 };
    const boxed = feed(wide, whole, { ...plain, fill: 114 });
    expect([...boxed.subarray(0, 3)]).toEqual([114, 114, 114]);
    expect([...boxed.subarray(12, 15)]).toEqual([200, 100, 50]);
    expect([...boxed.subarray(45)]).toEqual([114, 114, 114]);
  });

  it("is the same from a feeder that has fed other things before", () => {
    const boxed = { ...plain, fill: 114 };
    const feeder = createFeeder(boxed);
    const other = { pixels: picture(8, () => [1, 2, 3]), width: 8, height: 8 };
    const parts = [whole, { ...whole, width: 0.5 }, { ...whole, mirrored: true }, whole];
    for (const part of parts)
      for (const one of [seen, other, { ...seen, height: 4 }])
        expect([...feeder(one, part).values]).toEqual([...feed(one, part, boxed)]);
  });

  it("has a picture's edge at the edge, and not what a bar beside it would add", () => {
    const red = { pixels: Uint8Array.from({ length: 6 * 3 * 3 }, () => 200), width: 6, height: 3 };
    for (const value of feed(red, whole, plain)) expect(value).toBeCloseTo(200, 3);
  });

  it("never holds what is no number, whatever part is asked for", () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fraction, fraction, fraction, fraction, (left, top, width, height) => {
        const values = feed(seen, { left, top, width, height }, { ...plain, fill: 114 });
        expect(values.every(Number.isFinite)).toBe(true);
      }),
    );
  });
});

describe("what a model that takes any size is spared", () => {
  const yolox: Feeding = { ...plain, width: 416, height: 416, fill: 114, stride: 32 };

  it("is most of the bars of a wide or high picture, and nothing of a square", () => {
    const sizeOf = (width: number, height: number) => {
      const place = placeOf({ width, height }, yolox, true);
      return [place.width, place.height];
    };
    expect(sizeOf(768, 432)).toEqual([416, 288]);
    expect(sizeOf(1080, 1920)).toEqual([288, 416]);
    expect(sizeOf(640, 480)).toEqual([416, 352]);
    expect(sizeOf(500, 500)).toEqual([416, 416]);
  });

  it("leaves the picture where it was in the coarsest grid, with some bar around it", () => {
    const edge = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(edge, edge, (width, height) => {
        const { within, ...size } = placeOf({ width, height }, yolox, true);
        const before = letterbox(width, height, 416);
        for (const [length, start, extent, fitted, was] of [
          [size.width, within.left, within.width, before.width, before.left],
          [size.height, within.top, within.height, before.height, before.top],
        ] as const) {
          expect(length % 32).toBe(0);
          expect((was - start) % 32).toBe(0);
          expect(extent).toBe(fitted);
          expect(start).toBeGreaterThanOrEqual(Math.min(was, 16));
          expect(length - start - extent).toBeGreaterThanOrEqual(Math.min(was, 16));
        }
      }),
    );
  });

  it("is nothing unless asked for, or where the model takes one size only", () => {
    const wide = { width: 768, height: 432 };
    const asMade = { width: 416, height: 416 };
    expect(placeOf(wide, yolox)).toMatchObject(asMade);
    const { stride: _, ...fixed } = yolox;
    expect(placeOf(wide, fixed, true)).toMatchObject(asMade);
  });
});
