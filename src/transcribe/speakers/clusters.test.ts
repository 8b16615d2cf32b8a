import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupByLikeness } from "./clusters.ts";

const dimensions = 8;
const options = { alike: 0.5, leastWeight: 2 };
/** Every point may be a group of its own. */
const free = { ...options, leastWeight: 0 };

/**
 * A point near one of the axes. With this much noise two points of one axis have a cosine of at least
 * 0.87, and two of different axes one of at most 0.25.
 */
const voice = (axis: number, ...noise: readonly number[]): Float32Array =>
  Float32Array.from({ length: dimensions }, (_, index) =>
    index === axis ? 1 : (noise[index] ?? 0) * 0.1,
  );
const noise = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
  minLength: dimensions,
  maxLength: dimensions,
});
const axes = fc.array(fc.tuple(fc.nat(3), noise), { minLength: 1, maxLength: 40 });
const pointsOf = (drawn: readonly (readonly [number, readonly number[]])[]): Float32Array[] =>
  drawn.map(([axis, own]) => voice(axis, ...own));
const ones = (points: readonly unknown[]): number[] => points.map(() => 1);

/** Which points are together, whatever the groups' numbers. */
const togetherOf = (groups: readonly number[]): string =>
  groups.map((own) => groups.map((other) => (own === other ? 1 : 0)).join("")).join(" ");

describe("groups of voices", () => {
  it("are those that were put in, each point with its like", () => {
    fc.assert(
      fc.property(axes, (drawn) => {
        const found = groupByLikeness(pointsOf(drawn), ones(drawn), free);
        expect(togetherOf(found)).toBe(togetherOf(drawn.map(([axis]) => axis)));
      }),
    );
  });

  it("do not depend on the order of the points", () => {
    fc.assert(
      fc.property(axes, fc.infiniteStream(fc.nat()), (drawn, random) => {
        const order = drawn
          .map((_one, index) => ({ index, key: random.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ index }) => index);
        const points = pointsOf(drawn);
        const straight = groupByLikeness(points, ones(points), free);
        const shuffled = groupByLikeness(
          order.map((index) => points[index] ?? voice(0)),
          ones(points),
          free,
        );
        const back = points.map((_one, index) => shuffled[order.indexOf(index)] ?? -1);
        expect(togetherOf(back)).toBe(togetherOf(straight));
      }),
    );
  });

  it("keep to bounds where there is enough to keep to them", () => {
    const bounds = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.nat(4));
    fc.assert(
      fc.property(axes, bounds, (drawn, [min, more]) => {
        const points = pointsOf(drawn);
        const found = groupByLikeness(points, ones(points), {
          ...free,
          min,
          max: min + more,
        });
        const count = new Set(found).size;
        expect(count).toBeLessThanOrEqual(min + more);
        expect(count).toBeGreaterThanOrEqual(Math.min(min, points.length));
        expect([...new Set(found)]).toEqual(Array.from({ length: count }, (_, index) => index));
      }),
    );
  });

  it("count only where somebody speaks long enough; the rest goes to the nearest", () => {
    const points = [voice(0), voice(0), voice(1), voice(1), voice(2, 0.9)];
    expect(groupByLikeness(points, ones(points), options)).toEqual([0, 0, 1, 1, 0]);
    expect(groupByLikeness([voice(3)], [1], options)).toEqual([0]);
    expect(groupByLikeness([], [], options)).toEqual([]);
  });

  it("are found in many points as in few, block by block", () => {
    const axisOf = (index: number): number => Math.floor(index / 700) % 3;
    const points = Array.from({ length: 6_300 }, (_, index) =>
      voice(
        axisOf(index),
        ...Array.from({ length: dimensions }, (_one, at) => Math.sin(index * 7 + at)),
      ),
    );
    const found = groupByLikeness(points, ones(points), options);
    expect(found).toEqual(points.map((_one, index) => axisOf(index)));
  });
});
