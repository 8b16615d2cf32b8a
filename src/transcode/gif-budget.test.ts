import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { videoFacts } from "./facts.fixture.ts";
import { gifOf, smallerGif } from "./gif-budget.ts";
import { type PlannedGif, planRenditions } from "./plan.ts";
import { defaultProfile } from "./profile.ts";

function planned(width: number, height: number): PlannedGif {
  const size = { width, height, displayWidth: width, displayHeight: height };
  const gif = gifOf(planRenditions(videoFacts(size), defaultProfile).planned);
  if (gif === undefined) throw new Error("no GIF was planned");
  return gif;
}

describe("a GIF that is too large", () => {
  it("loses colours first, then frames, then size", () => {
    const gif = planned(1920, 1080);
    const at = (sizeBytes: number) => smallerGif(gif, gif, sizeBytes);
    expect(at(1_550_000)).toMatchObject({ colors: 64, frameRate: 10, picture: { width: 480 } });
    expect(at(1_900_000)).toMatchObject({ colors: 64, frameRate: 6.25, picture: { width: 480 } });
    expect(at(4_000_000)).toMatchObject({ colors: 48, frameRate: 5, picture: { width: 400 } });
    expect(at(1e9)).toMatchObject({ colors: 8, frameRate: 2, picture: { width: 80, height: 46 } });
  });

  it("becomes smaller with every try, keeps its shape, and comes to an end", () => {
    const side = fc.integer({ min: 1, max: 4000 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 1_500_001, max: 1e9 }), (width, height, size) => {
        const gif = planned(width, height);
        let tries = 0;
        for (let next = smallerGif(gif, gif, size); next; next = smallerGif(gif, next, size)) {
          tries += 1;
          expect(tries).toBeLessThan(9);
          expect(next.colors).toBeLessThanOrEqual(gif.colors);
          expect(next.frameRate).toBeLessThanOrEqual(gif.frameRate);
          for (const edge of [next.picture.width, next.picture.height]) expect(edge % 2).toBe(0);
          expect(next.picture.width).toBeLessThanOrEqual(gif.picture.width);
          expect(next.picture.height).toBeLessThanOrEqual(gif.picture.height);
          expect({ ...next, picture: 0, colors: 0, frameRate: 0 }).toEqual({
            ...gif,
            picture: 0,
            colors: 0,
            frameRate: 0,
          });
        }
        expect(tries).toBeGreaterThan(0);
      }),
    );
  });
});
