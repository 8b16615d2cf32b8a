import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSceneWatch } from "./change.ts";

const picture = (light: (at: number) => number) =>
  Uint8Array.from({ length: 96 * 54 * 3 }, (_, at) => light(at));

describe("which frames the classifier looks at", () => {
  it("every second one while the scene stays, noise and a walker included", () => {
    const looksAt = createSceneWatch();
    const walker = (place: number) =>
      picture((at) => (at >= place && at < place + 1500 ? 220 : 100 + ((at * 7 + place) % 9)));
    const looked = [0, 3000, 6000, 9000, 12_000].map((place) => looksAt(walker(place)));
    expect(looked).toEqual([true, false, true, false, true]);
  });

  it("each one that shows something new, also a slow change after a while", () => {
    const looksAt = createSceneWatch();
    expect([0, 100, 200].map((light) => looksAt(picture(() => light)))).toEqual([true, true, true]);
    expect([200, 210, 220].map((light) => looksAt(picture(() => light)))).toEqual([
      false,
      true,
      false,
    ]);
  });

  it("never leaves two out on end, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(255), { maxLength: 30 }), (lights) => {
        const looksAt = createSceneWatch();
        const looked = lights.map((light) => looksAt(picture(() => light)));
        for (const [index, one] of looked.entries())
          expect(one || (index > 0 && looked[index - 1])).toBe(true);
      }),
    );
  });
});
