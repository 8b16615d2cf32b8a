import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextAskAt } from "./ask-times.ts";

const times = fc
  .tuple(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 0, max: 600_000 }))
  .map(([firstAskMs, more]) => ({ firstAskMs, longestAskMs: firstAskMs + more }));
const ages = fc.nat(10 * 86_400_000);
const since = 1_800_000_000_000;

describe("the times of questions about accepted work", () => {
  it("double from the first pause up to the longest", () => {
    const asked = [since];
    for (let n = 0; n < 6; n += 1)
      asked.push(nextAskAt(since, asked.at(-1) ?? 0, { firstAskMs: 1_000, longestAskMs: 5_000 }));
    const pauses = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
  });

  it("lie after the last question, no further off than the longest pause, at any age", () => {
    fc.assert(
      fc.property(times, ages, (pauses, age) => {
        const next = nextAskAt(since, since + age, pauses);
        expect(next).toBeGreaterThan(since + age);
        expect(next - (since + age)).toBeLessThanOrEqual(pauses.longestAskMs);
      }),
    );
  });

  it("are the same for every process that has asked by then", () => {
    fc.assert(
      fc.property(times, ages, (pauses, age) => {
        const next = nextAskAt(since, since + age, pauses);
        expect(nextAskAt(since, next - 1, pauses)).toBe(next);
      }),
    );
  });
});
