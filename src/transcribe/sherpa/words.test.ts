import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { transcriptText } from "../../media/transcript.ts";
import type { RecognizedPiece } from "./protocol.ts";
import { hasTimes, wordsOf } from "./words.ts";

/** A piece of a recording: tokens as `[text, start s, duration s, log-probability]`. */
function piece(
  tokens: readonly (readonly [string, number, number?, number?])[],
  more: Partial<RecognizedPiece> = {},
): RecognizedPiece {
  const column = (index: 1 | 2 | 3) => tokens.flatMap((token) => token[index] ?? []);
  return {
    startMs: 0,
    lengthMs: 10_000,
    text: tokens.map(([text]) => text).join(""),
    language: "",
    tokens: tokens.map(([text]) => text),
    timestamps: column(1),
    durations: column(2),
    logProbs: column(3),
    ...more,
  };
}

const wordsIn = (given: RecognizedPiece, language = "en-US") => wordsOf(given, language, 80);

describe("wordsOf", () => {
  it("begins a word at a space or ▁, and joins what follows without one", () => {
    const given = piece(
      [
        [" Hel", 0.4, 0.16, -0.1],
        ["lo", 0.56, 0.24, -0.3],
        ["▁world", 1.2, 0.4, 0],
      ],
      { startMs: 60_000 },
    );
    expect(wordsIn(given)).toEqual([
      { text: "Hello", startMs: 60_400, endMs: 60_800, confidence: Math.exp(-0.2) },
      { text: "world", startMs: 61_200, endMs: 61_600, confidence: 1 },
    ]);
  });

  it("ends a word where the next begins, and lets it last one frame at least", () => {
    const given = piece([
      [" a", 0, 0.64],
      [" b", 0.32, 0],
      [" c", 1, 0],
    ]);
    expect(wordsIn(given)).toEqual([
      { text: "a", startMs: 0, endMs: 320 },
      { text: "b", startMs: 320, endMs: 400 },
      { text: "c", startMs: 1000, endMs: 1080 },
    ]);
  });

  it("shares the time among words that begin at once", () => {
    const given = piece([
      [" a", 1, 0],
      [" b", 1, 0],
      [" c", 1.12, 0.08],
    ]);
    expect(wordsIn(given).map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [1000, 1060],
      [1060, 1120],
      [1120, 1200],
    ]);
  });

  it("hands punctuation to the word before it, and keeps it out of times and confidence", () => {
    const given = piece([
      ["▁Well", 0, 0.4, -0.2],
      [",", 0.48, 0.4, -4],
      ["▁3.5", 1, 0.2, 0],
      ["%", 1.2, 0.2, 0],
      ["▁U.S.", 2, 0.2, 0],
      ["▁?", 2.4, 0.2, 0],
    ]);
    expect(wordsIn(given)).toMatchObject([
      { text: "Well", endMs: 400, confidence: Math.exp(-0.2), punctuation: "," },
      { text: "3.5%", startMs: 1000, endMs: 1400 },
      { text: "U.S.", punctuation: "?", endMs: 2200 },
    ]);
  });

  it("knows no confidence where the model gives none, and no more than 1", () => {
    expect(wordsIn(piece([[" a", 0, 0.1]]))[0]).not.toHaveProperty("confidence");
    expect(wordsIn(piece([[" a", 0, 0.1, 2.5]]))[0]?.confidence).toBe(1);
  });

  it("parts Chinese, Japanese and Thai into words, and leaves Korean and Latin as written", () => {
    const spread = (text: string) =>
      piece(Array.from(text).map((character, index) => [character, index * 0.2, 0.2]));
    const texts = (text: string, language: string) =>
      wordsIn(spread(text), language).map((word) => word.text + (word.punctuation ?? ""));
    expect(texts("今天天气很好。", "zh-CN")).toEqual(["今天", "天气", "很好。"]);
    expect(texts("東京に行きます", "ja-JP").join("")).toBe("東京に行きます");
    expect(texts("東京に行きます", "ja-JP").length).toBeGreaterThan(2);
    expect(texts("สวัสดีครับ", "th-TH")).toEqual(["สวัสดี", "ครับ"]);
    expect(texts("오늘 날씨가 좋네요.", "ko-KR")).toEqual(["오늘", "날씨가", "좋네요."]);
    const [first, second] = wordsIn(spread("今天天气"), "zh-CN");
    expect([first?.endMs, second?.startMs]).toEqual([400, 400]);
  });

  it("leaves out what a model says about sound that is no word", () => {
    expect(
      wordsIn(
        piece([
          ["<unk>", 0, 0.1],
          [" a", 0.2, 0.1],
          ["<|EMO_UNKNOWN|>", 1, 0.1],
        ]),
      ),
    ).toEqual([{ text: "a", startMs: 200, endMs: 300 }]);
  });

  it("leaves out notes about sound", () => {
    const texts = (text: string) => wordsIn(piece([], { text })).map((word) => word.text);
    expect(texts("[Music] (speaking in foreign language) Hello ♪ there [Applause")).toEqual([
      "Hello",
      "there",
    ]);
    expect(texts("Call (212) 555-0199. *laughs*")).toEqual(["Call", "(212)", "555-0199"]);
    expect(
      wordsIn(
        piece([
          [" [", 0],
          ["Mus", 1],
          ["ic", 2],
          ["]", 3],
          [" Hi", 4],
        ]),
      ),
    ).toMatchObject([{ text: "Hi", startMs: 4000 }]);
  });

  it("estimates times by letters where there are none, and tells", () => {
    const given = piece([], { text: "ab cdef", lengthMs: 700, tokens: ["x"] });
    expect(hasTimes(given)).toBe(false);
    expect(wordsIn(given)).toEqual([
      { text: "ab", startMs: 0, endMs: 200 },
      { text: "cdef", startMs: 300, endMs: 700 },
    ]);
    expect(wordsIn(piece([], { text: "" }))).toEqual([]);
  });

  const number = fc.oneof(
    fc.double({ min: 0, max: 9.99, noNaN: true }),
    fc.constantFrom(0, 0.32, 1.36, 29, 1e9, -1),
  );
  const token = fc.tuple(
    fc.oneof(
      fc.constantFrom(" ", "▁", "", " hel", "lo", ".", ",", " ,", "▁?", "今", "天", "<unk>", "é"),
      fc.string({ maxLength: 4 }),
    ),
    number,
    number,
    fc.double({ min: -10, max: 3, noNaN: true }),
  );
  const times = fc.constantFrom<"all" | "no durations" | "none">("all", "no durations", "none");

  it("makes words in the order of time that do not overlap, whatever the model says", () => {
    fc.assert(
      fc.property(
        fc.array(token, { maxLength: 30 }),
        times,
        fc.integer({ min: 0, max: 40_000_000 }),
        (tokens, given, startMs) => {
          const whole = piece(tokens, { startMs });
          const words = wordsIn({
            ...whole,
            ...(given === "none" && { timestamps: [] }),
            ...(given !== "all" && { durations: [] }),
          });
          let before = startMs;
          for (const word of words) {
            expect(word.text).not.toMatch(/\s/);
            expect(word.text).not.toBe("");
            expect(word.startMs).toBeGreaterThanOrEqual(before);
            expect(word.endMs).toBeGreaterThanOrEqual(word.startMs);
            expect(word.confidence ?? 0).toBeGreaterThanOrEqual(0);
            expect(word.confidence ?? 1).toBeLessThanOrEqual(1);
            before = word.endMs;
          }
        },
      ),
    );
  });

  it("loses and adds no letter", () => {
    const letters = (text: string) => text.replaceAll(/[\s▁]/gu, "");
    const spoken = fc.array(
      fc.tuple(fc.constantFrom(" hel", "lo", "▁wor", "ld", "今", "天气", "é", " 3.5"), number),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(spoken, (tokens) => {
        const given = piece(tokens);
        expect(letters(transcriptText(wordsIn(given)))).toBe(letters(given.text));
      }),
    );
  });
});
