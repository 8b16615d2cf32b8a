import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestStill, type Still } from "./poster-score.ts";

const size = { width: 32, height: 18 };

/** A picture by the light of each pixel, 0–255. */
function still(atMs: number, light: (x: number, y: number) => number): Still {
  const pixels = new Uint8Array(size.width * size.height * 3);
  for (let y = 0; y < size.height; y += 1)
    for (let x = 0; x < size.width; x += 1)
      pixels.fill(light(x, y), (y * size.width + x) * 3, (y * size.width + x) * 3 + 3);
  return { atMs, pixels };
}

const asphalt = (x: number, y: number) => 80 + ((x * 7 + y * 13) % 9) * 3;
const isCar = (x: number, y: number) => x > 10 && x < 20 && y > 5 && y < 14;
const withCar = (x: number, y: number) => (isCar(x, y) ? 200 + ((x + y) % 2) * 40 : asphalt(x, y));
const cut = (x: number, y: number) => (x < 3 && y < 4 ? 220 : asphalt(x, y));
const blurred = (x: number, y: number) => (isCar(x, y) ? 220 : 92);

describe("the best frame of a film", () => {
  it("is the one with the most in it, not the empty road that most frames show", () => {
    const stills = [asphalt, asphalt, withCar, asphalt, cut, asphalt, asphalt];
    const film = stills.map((light, index) => still(index * 1000, light));
    expect(bestStill(film, size)).toBe(2);
  });

  it("is the sharper of two that show the same", () => {
    const stills = [asphalt, asphalt, blurred, withCar, asphalt, asphalt];
    expect(
      bestStill(
        stills.map((light, index) => still(index * 1000, light)),
        size,
      ),
    ).toBe(3);
  });

  it("is where labels say that something is", () => {
    const film = Array.from({ length: 9 }, (_, index) => still(index * 1000, asphalt));
    expect(bestStill(film, size, [{ atMs: 5100, weight: 0.5 }])).toBe(5);
  });

  it("is never black, white or one colour when there is another, whatever the order", () => {
    const empty = fc.constantFrom(0, 12, 128, 250, 255).map(
      (light) =>
        (_x: number, _y: number): number =>
          light,
    );
    fc.assert(
      fc.property(fc.array(empty, { maxLength: 8 }), fc.nat(8), (lights, place) => {
        const all = lights.toSpliced(place, 0, withCar);
        const film = all.map((light, index) => still(index * 1000, light));
        expect(all[bestStill(film, size, [{ atMs: 0, weight: 1 }]) ?? -1]).toBe(withCar);
      }),
    );
  });

  it("is a slide of one colour rather than a black or white one", () => {
    const slides = [0, 0, 70, 255].map((light, index) => still(index * 1000, () => light));
    expect(bestStill(slides, size)).toBe(2);
  });

  it("is what there is where all is black, and none where nothing is", () => {
    expect(bestStill([still(0, () => 0)], size)).toBe(0);
    expect(bestStill([], size)).toBeUndefined();
  });
});
