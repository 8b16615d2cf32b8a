import fc from "fast-check";
import { expect, it } from "vitest";
import { beginningWithin } from "./graphemes.ts";

const family = "👨‍👩‍👧";
const graphemesOf = (text: string): string[] =>
  Array.from(
    new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text),
    (one) => one.segment,
  );

it("cuts a text between graphemes, and keeps what fits", () => {
  expect(beginningWithin("abc", 2)).toBe("ab");
  expect(beginningWithin("cafe\u0301s", 4)).toBe("caf");
  expect(beginningWithin("cafe\u0301s", 5)).toBe("cafe\u0301");
  expect(beginningWithin(`a${family}b`, 8)).toBe("a");
  expect(beginningWithin(`a${family}b`, 9)).toBe(`a${family}`);
  expect(beginningWithin("🇩🇪🇫🇷", 6)).toBe("🇩🇪");
  expect(beginningWithin("कि", 1)).toBe("");
  const parts = fc.constantFrom("a", "e\u0301", family, "कि", "🇩🇪", "น้ำ", "\r\n", "한");
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 40 }), fc.nat(60), (all, most) => {
      const text = all.join("");
      const cut = beginningWithin(text, most);
      const whole = graphemesOf(text);
      expect(whole.slice(0, graphemesOf(cut).length).join("")).toBe(cut);
      expect(cut.length).toBeLessThanOrEqual(most);
    }),
  );
});

it("takes no time for a long text", () => {
  const startedAt = performance.now();
  beginningWithin("a\u0301".repeat(5_000_000), 100);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
