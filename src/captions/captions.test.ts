import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Word } from "../media/transcript.ts";
import { cuesFrom, tradeRules } from "./cues.ts";
import { srt } from "./srt.ts";
import { webVtt } from "./webvtt.ts";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const countOf = (text: string): number => [...graphemes.segment(text)].length;
const bare = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, "");

/** Words said one after the other, each as long as it takes at 15 characters a second. */
function said(text: string, options: { from?: number; speaker?: string } = {}): Word[] {
  let startMs = options.from ?? 0;
  return text.split(" ").map((token) => {
    const endMs = startMs + Math.round(token.length * 66);
    const word: Word = {
      text: token,
      startMs,
      endMs,
      ...(options.speaker === undefined ? {} : { speaker: options.speaker }),
    };
    startMs = endMs;
    return word;
  });
}

const anyText = fc.oneof(
  fc.constantFrom("a", "word", "supercalifragilistic", "x".repeat(100), "👨‍👩‍👧".repeat(50)),
  fc.constantFrom(
    "我们都在直接走向天堂",
    "これは長い文章です。",
    "สวัสดีครับทุกคน",
    "مرحبا",
    "two words",
  ),
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary", maxLength: 60 }),
);

const anyWords: fc.Arbitrary<readonly Word[]> = fc.array(
  fc.record(
    {
      text: anyText,
      startMs: fc.nat(60_000),
      endMs: fc.nat(70_000),
      speaker: fc.constantFrom("spk_0", "spk_1"),
      punctuation: fc.constantFrom(".", ",", "?", "。"),
    },
    { requiredKeys: ["text", "startMs", "endMs"] },
  ),
  { maxLength: 60 },
);

/** The same, but as a sane engine reports them: in order, without overlap. */
const spokenWords: fc.Arbitrary<readonly Word[]> = fc
  .array(
    fc.record({
      text: anyText,
      pauseMs: fc.nat(2_500),
      lengthMs: fc.integer({ min: 10, max: 1_500 }),
    }),
    {
      maxLength: 80,
    },
  )
  .map((list) => {
    let at = 0;
    return list.map(({ text, pauseMs, lengthMs }) => {
      const startMs = at + pauseMs;
      at = startMs + lengthMs;
      return { text, startMs, endMs: at };
    });
  });

describe("cuesFrom, whatever the words", () => {
  it("keeps every word once and in order", () => {
    fc.assert(
      fc.property(anyWords, (words) => {
        const heard = words.map((word) => word.text + (word.punctuation ?? "")).join(" ");
        const shown = cuesFrom(words)
          .flatMap((cue) => cue.lines)
          .join(" ");
        expect(bare(shown)).toBe(bare(heard));
      }),
    );
  });

  it("keeps to the rules of the trade", () => {
    fc.assert(
      fc.property(anyWords, (words) => {
        let free = 0;
        for (const { startMs, endMs, lines } of cuesFrom(words)) {
          expect([1, 2]).toContain(lines.length);
          for (const line of lines) {
            expect(line).not.toBe("");
            expect(line).toBe(line.trim());
            expect(countOf(line)).toBeLessThanOrEqual(tradeRules.lineLength);
          }
          expect(Number.isInteger(startMs) && Number.isInteger(endMs)).toBe(true);
          expect(startMs).toBeGreaterThanOrEqual(free);
          expect(endMs - startMs).toBeGreaterThanOrEqual(tradeRules.minMs);
          expect(endMs - startMs).toBeLessThanOrEqual(tradeRules.maxMs);
          free = endMs + tradeRules.gapMs;
        }
      }),
    );
  });

  it("never shows two speakers in one caption", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("spk_0", "spk_1"), { maxLength: 30 }), (speakers) => {
        const words = speakers.map((speaker, index) => {
          return { text: speaker, startMs: index * 300, endMs: index * 300 + 250, speaker };
        });
        for (const cue of cuesFrom(words))
          expect(new Set(cue.lines.flatMap((line) => line.split(" ")))).toEqual(
            new Set([cue.speaker]),
          );
      }),
    );
  });

  it("does not begin before its words, and gives time to read where there is some", () => {
    fc.assert(
      fc.property(spokenWords, (words) => {
        const cues = cuesFrom(words);
        for (const [index, cue] of cues.entries()) {
          expect(words.some((word) => word.startMs <= cue.startMs)).toBe(true);
          const length = cue.lines.join(" ").length;
          const room = (cues[index + 1]?.startMs ?? Infinity) - tradeRules.gapMs - cue.startMs;
          const needed = Math.min(
            room,
            tradeRules.maxMs,
            (length / tradeRules.charactersPerSecond) * 1000,
          );
          expect(cue.endMs - cue.startMs).toBeGreaterThanOrEqual(Math.floor(needed));
        }
      }),
    );
  });
});

describe("cuesFrom", () => {
  const linesOf = (words: readonly Word[]): string[] =>
    cuesFrom(words).map((cue) => cue.lines.join(" / "));

  it("breaks before conjunctions and in balance", () => {
    expect(linesOf(said("we had everything before us but we had nothing to lose"))).toEqual([
      "we had everything before us / but we had nothing to lose",
    ]);
  });

  it("breaks after punctuation", () => {
    expect(linesOf(said("That was the last of it. Nobody came back to the house again."))).toEqual([
      "That was the last of it.",
      "Nobody came back to the house again.",
    ]);
  });

  it("breaks at pauses where there is no punctuation", () => {
    const words = [
      ...said("we had everything before us"),
      ...said("we had nothing before us", { from: 3_000 }),
    ];
    expect(linesOf(words)).toEqual(["we had everything before us", "we had nothing before us"]);
  });

  it("does not leave an article at the end of a line", () => {
    for (const line of cuesFrom(
      said("everybody went directly along the road to the castle of the king"),
    ).flatMap((cue) => cue.lines))
      expect(line).not.toMatch(/ (the|of|to)$/);
  });

  it("writes languages without spaces without them, and breaks between their words", () => {
    const text =
      "我们面前应有尽有，我们面前一无所有，我们都在直接走向天堂，我们都在直接走向另一个方向。";
    const words = [...text.repeat(3)].map((sign, index) => ({
      text: sign,
      startMs: index * 200,
      endMs: index * 200 + 200,
    }));
    const cues = cuesFrom(words);
    expect(cues.length).toBeGreaterThan(1);
    expect(cues.flatMap((cue) => cue.lines).join("")).toBe(text.repeat(3));
    const thai = cuesFrom([{ text: "สวัสดีครับทุกคน".repeat(8), startMs: 0, endMs: 9_000 }]);
    expect(thai.flatMap((cue) => cue.lines).join("")).toBe("สวัสดีครับทุกคน".repeat(8));
  });

  it("cuts what is too long for a line between characters", () => {
    const family = "👨‍👩‍👧";
    const [cue] = cuesFrom([{ text: family.repeat(50), startMs: 0, endMs: 2_000 }]);
    expect(cue?.lines.map(countOf)).toEqual([42, 8]);
  });

  it("makes captions of two hours of speech in a moment", () => {
    const sentence = said(
      "it was the age of wisdom it was the age of foolishness it was the epoch of belief",
    );
    const words = Array.from({ length: 1_200 }, (_, index) =>
      sentence.map((word) => ({
        ...word,
        startMs: word.startMs + index * 6_000,
        endMs: word.endMs + index * 6_000,
      })),
    ).flat();
    expect(cuesFrom(words).length).toBeGreaterThanOrEqual(1_200);
  });
});

/** A strict reader of both formats: numbers, times, text up to the blank line. */
function parse(
  text: string,
  separator: "." | ",",
): { startMs: number; endMs: number; text: string }[] {
  const time = String.raw`(\d{2,}):(\d{2}):(\d{2})[${separator}](\d{3})`;
  const timeLine = new RegExp(`^${time} --> ${time}$`);
  const blocks = text
    .split("\n\n")
    .map((block) => block.replace(/\n$/, ""))
    .filter((block) => block !== "");
  if (separator === ".") expect(blocks.shift()).toBe("WEBVTT");
  return blocks.map((block, index) => {
    const lines = block.split("\n");
    if (separator === ",") expect(lines.shift()).toBe(String(index + 1));
    const match = timeLine.exec(lines.shift() ?? "");
    expect(match).not.toBeNull();
    const [h = 0, m = 0, s = 0, ms = 0, h2 = 0, m2 = 0, s2 = 0, ms2 = 0] = (match ?? [])
      .slice(1)
      .map(Number);
    const at = (a: number, b: number, c: number, d: number) => ((a * 60 + b) * 60 + c) * 1000 + d;
    expect(lines.join("\n")).not.toContain("-->");
    return { startMs: at(h, m, s, ms), endMs: at(h2, m2, s2, ms2), text: lines.join("\n") };
  });
}

const unescaped = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

describe("SRT and WebVTT", () => {
  it("are read back as they were, whatever the words", () => {
    fc.assert(
      fc.property(anyWords, (words) => {
        const cues = cuesFrom(words);
        const expected = cues.map(({ startMs, endMs, lines }) => ({
          startMs,
          endMs,
          text: lines.join("\n"),
        }));
        expect(
          parse(webVtt(cues), ".").map((cue) => ({ ...cue, text: unescaped(cue.text) })),
        ).toEqual(expected);
        expect(parse(srt(cues), ",")).toEqual(
          expected.map((cue) => ({ ...cue, text: cue.text.replaceAll("-->", "→") })),
        );
      }),
    );
  });

  const cues = cuesFrom([
    { text: "AT&T", startMs: 3_600_000, endMs: 3_600_400, speaker: "spk_0" },
    { text: "<b>", startMs: 3_600_400, endMs: 3_600_800, speaker: "spk_0" },
    { text: "-->", startMs: 3_600_800, endMs: 3_601_500, speaker: "spk_0" },
  ]);

  it("escape what has a meaning, and name speakers and times when asked to", () => {
    expect(srt(cues)).toBe("1\n01:00:00,000 --> 01:00:01,500\nAT&T <b> →\n");
    expect(webVtt(cues)).toBe(
      "WEBVTT\n\n01:00:00.000 --> 01:00:01.500\nAT&amp;T &lt;b&gt; --&gt;\n",
    );
    expect(webVtt(cues, { voices: true, wordTimes: true })).toBe(
      "WEBVTT\n\n01:00:00.000 --> 01:00:01.500\n" +
        "<v spk_0>AT&amp;T <01:00:00.400>&lt;b&gt; <01:00:00.800>--&gt;\n",
    );
  });

  it("of no words are empty, and valid", () => {
    expect(srt([])).toBe("");
    expect(webVtt([])).toBe("WEBVTT\n");
  });
});
