import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wordsOfLine } from "./output.ts";
import { assembled } from "./words.ts";

describe("the output of pocketsphinx_continuous", () => {
  const read = (line: string) => wordsOfLine("continuous", line);

  it("becomes words: cleaned, in milliseconds, the last frame included", () => {
    expect(read("forward(2) 0.650000 1.170000 0.996506")).toEqual([
      { text: "forward", startMs: 650, endMs: 1_180, confidence: 0.996506 },
    ]);
    expect(read("it's 0.010 0.020 1.0002")[0]).toMatchObject({ text: "it's", confidence: 1 });
  });

  it.each([
    "<s> 0.390 0.470 0.999900",
    "</s> 2.130 2.610 1.000000",
    "<sil> 3.740 3.980 0.744283",
    "<sil>(2) 3.740 3.980 0.744283",
    "[NOISE] 0.990 1.120 0.432836",
    "[SPEECH] 0.990 1.120 0.432836",
    "++BREATH++ 0.990 1.120 0.432836",
    "go forward ten meters",
    "",
    "word 1.0 2.0",
    "word x y z",
  ])("has no word in %j", (line) => {
    expect(read(line)).toEqual([]);
  });
});

// As pocketsphinx_main.c of 5.0 prints it; that program was not at hand.
describe("the output of pocketsphinx 5.x", () => {
  const line =
    '{"b":0.390,"d":2.220,"p":1.000,"t":"go forward","w":[{"b":0.390,"d":0.090,"p":1.000,"t":"<s>"},' +
    '{"b":0.480,"d":0.170,"p":1.000,"t":"go"},{"b":0.650,"d":0.530,"p":0.997,"t":"forward(2)"},' +
    '{"b":1.180,"d":0.400,"p":0.900,"t":"[NOISE]"}]}';

  it("becomes words", () => {
    expect(wordsOfLine("5.x", line)).toEqual([
      { text: "go", startMs: 480, endMs: 650, confidence: 1 },
      { text: "forward", startMs: 650, endMs: 1_180, confidence: 0.997 },
    ]);
  });

  it("that is something else has no words, and never throws", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.jsonValue().map((w) => JSON.stringify({ w })),
        ),
        (other) => {
          for (const word of wordsOfLine("5.x", other))
            expect(word.endMs).toBeGreaterThanOrEqual(word.startMs);
        },
      ),
    );
  });
});

describe("assembled", () => {
  it("orders words and lets none overlap", () => {
    const word = fc.record({
      text: fc.constant("a"),
      startMs: fc.nat(2_000),
      endMs: fc.nat(2_000),
    });
    fc.assert(
      fc.property(fc.array(word), (words) => {
        let free = 0;
        const result = assembled(words);
        expect(result).toHaveLength(words.length);
        for (const { startMs, endMs } of result) {
          expect(startMs).toBeGreaterThanOrEqual(free);
          expect(endMs).toBeGreaterThan(startMs);
          free = endMs;
        }
      }),
    );
  });
});
