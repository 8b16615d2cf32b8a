import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { transcriptText, type Word } from "../media/transcript.ts";
import { mend } from "./mend.ts";

const spoken = (text: string): Word[] =>
  text.split(" ").map((word, index) => ({
    text: word.replace(/[.,]$/, ""),
    startMs: index * 500,
    endMs: index * 500 + 400,
    confidence: 0.3,
    ...(/[.,]$/.test(word) && { punctuation: word.slice(-1) }),
    speaker: "spk_0",
  }));

describe("a transcript that is mended", () => {
  const words = spoken("it was the best of thymes, it was the worst");

  it("keeps the times of words that stay, and gives new ones the time of those they replace", () => {
    const edits = [{ from: 3, to: 6, text: "best of times." }];
    const { words: mended, stretches } = mend(words, edits);
    expect(transcriptText(mended)).toBe("it was the best of times. it was the worst");
    expect(mended.toSpliced(5, 1)).toEqual(words.toSpliced(5, 1));
    expect(mended[5]).toEqual({
      text: "times",
      punctuation: ".",
      startMs: 2_500,
      endMs: 2_900,
      timing: "estimated",
      speaker: "spk_0",
    });
    expect(stretches).toEqual([{ from: 5, to: 6, startMs: 2_400, endMs: 3_000 }]);
  });

  it("takes a word in another case and with other punctuation for the same one", () => {
    const { words: mended, stretches } = mend(words, [{ from: 0, to: 2, text: "It was," }]);
    expect(stretches).toEqual([]);
    expect(mended[0]).toEqual({ ...words[0], text: "It" });
    expect(mended[1]).toEqual({ ...words[1], punctuation: "," });
  });

  it("puts words in and takes words out", () => {
    const { words: more, stretches } = mend(words, [{ from: 1, to: 1, text: "really truly" }]);
    expect(transcriptText(more)).toMatch(/^it really truly was the/);
    expect(stretches).toEqual([{ from: 1, to: 3, startMs: 400, endMs: 500 }]);
    const { words: less } = mend(words, [{ from: 0, to: 9, text: "" }]);
    expect(transcriptText(less)).toBe("worst");
  });

  it("names speakers, of one passage and of all", () => {
    const { words: one } = mend(words, [{ from: 0, to: 2, speaker: "Anna" }]);
    expect(one.map(({ speaker }) => speaker).slice(0, 3)).toEqual(["Anna", "Anna", "spk_0"]);
    const { words: all } = mend(words, [], { spk_0: "Ben" });
    expect(new Set(all.map(({ speaker }) => speaker))).toEqual(new Set(["Ben"]));
  });

  it("refuses edits that are not of these words", () => {
    for (const edits of [
      [{ from: 5, to: 11, text: "x" }],
      [{ from: 5, to: 4, text: "x" }],
      [
        { from: 2, to: 4, text: "x" },
        { from: 3, to: 5, text: "y" },
      ],
    ])
      expect(() => mend(words, edits)).toThrow(/edits\[/);
  });

  it("never moves a word outside an edit, and leaves none without a time in its place", () => {
    const text = fc.array(fc.constantFrom("it", "was", "best", "new", "words,", "Ünß"), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, fc.nat(10), fc.nat(10), (given, a, b) => {
        const [from, to] = [Math.min(a, b, words.length), Math.min(Math.max(a, b), words.length)];
        const { words: mended, stretches } = mend(words, [{ from, to, text: given.join(" ") }]);
        const grown = mended.length - words.length;
        expect(mended.slice(0, from)).toEqual(words.slice(0, from));
        expect(mended.slice(to + grown)).toEqual(words.slice(to));
        let end = 0;
        for (const { startMs, endMs } of mended) {
          expect(startMs).toBeGreaterThanOrEqual(end);
          expect(endMs).toBeGreaterThanOrEqual(startMs);
          end = endMs;
        }
        for (const one of stretches)
          for (const word of mended.slice(one.from, one.to)) {
            expect(word.startMs).toBeGreaterThanOrEqual(one.startMs);
            expect(word.endMs).toBeLessThanOrEqual(one.endMs);
          }
      }),
    );
  });
});
