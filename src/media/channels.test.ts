import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inTurns } from "./channels.ts";
import type { Word } from "./transcript.ts";

const said = fc.record({
  gapMs: fc.nat(1_500),
  lengthMs: fc.nat(900),
  punctuation: fc.constantFrom("", "", "", ",", "."),
});

/** What is said on one channel: words one after the other. */
function spoken(
  channel: number,
  words: readonly { gapMs: number; lengthMs: number; punctuation: string }[],
) {
  let at = 0;
  return words.map(({ gapMs, lengthMs, punctuation }, index): Word => {
    const startMs = at + gapMs;
    at = startMs + lengthMs;
    const marks = punctuation === "" ? {} : { punctuation };
    return { text: `w${index}`, startMs, endMs: at, speaker: `ch_${channel}`, ...marks };
  });
}

const call = fc
  .tuple(fc.array(said, { maxLength: 40 }), fc.array(said, { maxLength: 40 }))
  .map(([first, second]) => [spoken(0, first), spoken(1, second)] as const);

describe("words of several channels", () => {
  it("are all there, those of one speaker in their order, however they came", () => {
    fc.assert(
      fc.property(call, ([first, second]) => {
        const words = inTurns([...second, ...first]);
        const of = (speaker: string) => words.filter((word) => word.speaker === speaker);
        expect([of("ch_0"), of("ch_1")]).toEqual([first, second]);
        expect(inTurns(words)).toEqual(words);
      }),
    );
  });

  it("are in the order of time where nobody interrupts", () => {
    const words = [
      ...spoken(0, [{ gapMs: 0, lengthMs: 500, punctuation: "." }]),
      ...spoken(1, [{ gapMs: 600, lengthMs: 500, punctuation: "." }]),
      ...spoken(0, [{ gapMs: 1_200, lengthMs: 500, punctuation: "." }]),
    ];
    expect(inTurns(words)).toEqual(words);
  });

  it("are not mixed word by word where two speak at once, and nobody waits for long", () => {
    const long = { gapMs: 10, lengthMs: 290, punctuation: "" };
    const first = spoken(
      0,
      Array.from({ length: 30 }, () => long),
    );
    const second = spoken(1, [{ gapMs: 1_000, lengthMs: 300, punctuation: "" }, long]);
    const words = inTurns([...first, ...second]);
    const changes = words.filter(
      ({ speaker }, index) => index > 0 && words[index - 1]?.speaker !== speaker,
    );
    expect(changes).toHaveLength(2);
    const before = words[words.findIndex(({ speaker }) => speaker === "ch_1") - 1];
    expect(before?.startMs).toBeLessThanOrEqual(3_300);
  });
});
