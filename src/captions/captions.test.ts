import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cue } from "../media/cue.ts";
import type { Word } from "../media/transcript.ts";
import { cuesFrom } from "./cues.ts";
import { grammarOf } from "./grammar.ts";
import { createRuler, layOut } from "./lines.ts";
import { rulesFor, tradeRules } from "./rules.ts";
import { srt } from "./srt.ts";
import { maxLagMs } from "./timing.ts";
import { lengthOf, tokensOf } from "./tokens.ts";
import { webVtt } from "./webvtt.ts";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const countOf = (text: string): number => [...graphemes.segment(text)].length;
/** The lines of a caption without the dashes of two speakers. */
const linesWithoutDashes = ({ lines, turns }: Cue): string[] =>
  lines.map((line) => (turns === undefined ? line : line.replace(/^- /, "")));
/** Characters, however they are ordered. */
const signsOf = (text: string): string => [...bare(text)].toSorted().join("");
const shownIn = (cues: readonly Cue[]): string =>
  signsOf(cues.flatMap(linesWithoutDashes).join(" "));
const heardIn = (words: readonly Word[]): string =>
  signsOf(words.map((word) => word.text + (word.punctuation ?? "")).join(" "));
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

/** Times as they must not be: equal, zero-length, overlapping, backward, in bursts. */
const hostileWords: fc.Arbitrary<readonly Word[]> = fc.array(
  fc.record(
    {
      text: fc.constantFrom("a", "word", "supercalifragilistic", "我们", "two words"),
      startMs: fc.oneof(fc.nat(3_000), fc.nat(60_000), fc.constant(1_000)),
      endMs: fc.oneof(fc.nat(70_000), fc.constant(0)),
      speaker: fc.constantFrom("spk_0", "spk_1", "spk_2"),
    },
    { requiredKeys: ["text", "startMs", "endMs"] },
  ),
  { maxLength: 300, size: "max" },
);

describe("cuesFrom, whatever the words", () => {
  it("keeps every word once, and in order where times do not go back", () => {
    fc.assert(
      fc.property(anyWords, (words) => {
        expect(shownIn(cuesFrom(words))).toEqual(heardIn(words));
      }),
    );
    fc.assert(
      fc.property(spokenWords, (words) => {
        const heard = words.map(({ text }) => text).join(" ");
        expect(bare(cuesFrom(words).flatMap(linesWithoutDashes).join(" "))).toBe(bare(heard));
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
          expect(endMs).toBeGreaterThan(startMs);
          expect(endMs - startMs).toBeLessThanOrEqual(tradeRules.maxMs);
          free = endMs;
        }
      }),
    );
  });

  it("keeps to the shortest time and the gap, where speech leaves the time", () => {
    fc.assert(
      fc.property(spokenWords, (words) => {
        const calm = words.map(({ startMs, endMs, ...word }, index) => ({
          ...word,
          text: word.text.slice(0, 12),
          startMs: startMs + index * 900,
          endMs: endMs + index * 900,
        }));
        let free = 0;
        for (const { startMs, endMs } of cuesFrom(calm)) {
          expect(startMs).toBeGreaterThanOrEqual(free);
          expect(endMs - startMs).toBeGreaterThanOrEqual(tradeRules.minMs);
          free = endMs + tradeRules.gapMs;
        }
      }),
    );
  });

  it("begins no caption more than a second after its words, whatever the times", () => {
    fc.assert(
      fc.property(hostileWords, (words) => {
        const cues = cuesFrom(words);
        for (const { startMs, endMs, spoken } of cues) {
          const wordMs = spoken.flat()[0]?.startMs ?? 0;
          expect(startMs - wordMs).toBeGreaterThanOrEqual(0);
          expect(startMs - wordMs).toBeLessThanOrEqual(maxLagMs);
          expect(endMs).toBeGreaterThan(startMs);
        }
        expect(shownIn(cues)).toBe(heardIn(words));
      }),
    );
  });

  it("keeps up when speakers alternate every 0.3 s and one goes on", () => {
    const words = Array.from({ length: 400 }, (_, index) => ({
      text: `word${index}`,
      startMs: index * 300,
      endMs: index * 300 + 300,
      speaker: index < 60 ? `spk_${index % 2}` : "spk_0",
    }));
    const cues = cuesFrom(words);
    for (const { startMs, lines } of cues) {
      const first = /word(\d+)/.exec(lines[0] ?? "")?.[1];
      expect(startMs - Number(first) * 300).toBeLessThanOrEqual(maxLagMs);
    }
    expect(cues[0]).toMatchObject({ lines: ["- word0", "- word1"], turns: ["spk_0", "spk_1"] });
    expect(cues.at(-1)?.startMs).toBe(Number(/\d+/.exec(cues.at(-1)?.lines[0] ?? "")?.[0]) * 300);
  });

  it("takes thousands of words that begin at once", () => {
    const words = Array.from({ length: 5_000 }, (_, index) => ({
      text: `word${index}`,
      startMs: 5_000,
      endMs: 5_000,
      speaker: `spk_${Math.floor(index / 20) % 2}`,
    }));
    const cues = cuesFrom(words);
    expect(cues.at(-1)?.startMs).toBeLessThanOrEqual(6_000);
    expect(shownIn(cues)).toBe(heardIn(words));
  });

  it("never shows two speakers on one line", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("spk_0", "spk_1"), { maxLength: 30 }), (speakers) => {
        const words = speakers.map((speaker, index) => {
          return { text: speaker, startMs: index * 300, endMs: index * 300 + 250, speaker };
        });
        for (const cue of cuesFrom(words))
          for (const [index, line] of linesWithoutDashes(cue).entries())
            expect(new Set(line.split(" "))).toEqual(
              new Set([cue.turns === undefined ? cue.speaker : cue.turns[index]]),
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
          const length = countOf(cue.lines.join(""));
          if (cue.startMs > (cue.spoken.flat()[0]?.startMs ?? 0)) continue; // speech too fast for the rules
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

describe("cuesFrom, by language", () => {
  const languages = ["en-US", "zh-CN", "ja-JP", "ko-KR", "th-TH", "ar-SA", "und"];

  it("keeps to each language's lines, whatever the words", () => {
    fc.assert(
      fc.property(anyWords, fc.constantFrom(...languages), (words, code) => {
        const rules = rulesFor(code, words);
        expect(rules.lineLength).toBeLessThanOrEqual(tradeRules.lineLength);
        expect(rules.charactersPerSecond).toBeLessThanOrEqual(tradeRules.charactersPerSecond);
        const cues = cuesFrom(words, rules);
        for (const line of cues.flatMap((cue) => cue.lines))
          expect(lengthOf(line, rules.narrow)).toBeLessThanOrEqual(rules.lineLength);
        const heard = words.map((word) => word.text + (word.punctuation ?? "")).join(" ");
        expect(shownIn(cues)).toBe(signsOf(heard));
      }),
    );
  });

  it.each([
    [
      "zh-CN",
      "我们面前应有尽有，我们面前一无所有，我们都在直接走向天堂，我们都在直接走向另一个方向。",
      16,
    ],
    [
      "ja-JP",
      "それは最高の時代であり、最悪の時代でもあった。「知恵の時代」でもあり、愚かさの時代でもあった。",
      13,
    ],
    ["th-TH", "มันเป็นเวลาที่ดีที่สุดและมันเป็นเวลาที่เลวร้ายที่สุดมันเป็นยุคแห่งปัญญาและมันเป็นยุคแห่งความโง่เขลา", 35],
  ])(
    "breaks %s between its words, though they are heard as single characters",
    (code, text, most) => {
      const words = [...graphemes.segment(text)].map(({ segment }, index) => ({
        text: segment,
        startMs: index * 150,
        endMs: index * 150 + 150,
      }));
      const lines = cuesFrom(words, rulesFor(code, words)).flatMap((cue) => cue.lines);
      expect(lines.join("")).toBe(text);
      expect(lines.length).toBeGreaterThan(2);
      const starts = new Set(
        Array.from(
          new Intl.Segmenter(code, { granularity: "word" }).segment(text),
          ({ index }) => index,
        ),
      );
      let at = 0;
      for (const line of lines) {
        expect(starts).toContain(at);
        expect(line).not.toMatch(/^[、。，」]|「$/);
        expect(lengthOf(line, 0.5)).toBeLessThanOrEqual(most);
        at += line.length;
      }
    },
  );

  it("leaves no opening bracket at the end of a line", () => {
    const text =
      "彼は言った「最高の時代」と「最悪の時代」だったと「愚かさ」の「知恵」の「信仰」の「疑い」の時代だったと";
    for (let cut = 0; cut < 20; cut += 1) {
      const words = [{ text: text.slice(cut), startMs: 0, endMs: 12_000 }];
      for (const line of cuesFrom(words, rulesFor("ja-JP")).flatMap((cue) => cue.lines)) {
        expect(line).not.toMatch(/「$/);
        expect(line.startsWith("」") && !text.slice(cut).startsWith(line)).toBe(false);
      }
    }
  });

  it("knows a script where the language is unknown", () => {
    const lineLength = (text: string, code = "und") =>
      rulesFor(code, [{ text, startMs: 0, endMs: 1 }]).lineLength;
    expect(lineLength("我们面前")).toBe(16);
    expect(lineLength("これは")).toBe(13);
    expect(lineLength("안녕하세요", "en-US")).toBe(16);
    expect(lineLength("hello")).toBe(42);
    expect(rulesFor("ja-JP")).toMatchObject({ lineLength: 13, charactersPerSecond: 4 });
  });

  it("keeps the order of right-to-left text", () => {
    const text = "كان أفضل الأوقات وكان أسوأ الأوقات وكان عصر الحكمة وكان عصر الحماقة";
    const lines = cuesFrom(said(text), rulesFor("ar-SA")).flatMap((cue) => cue.lines);
    expect(lines.join(" ")).toBe(text);
  });
});

/** One short word after the other, without a pause and without anything that asks for a break. */
const evenWords = fc
  .array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 14 })
  .map((lengths) => said(lengths.map((length) => "q".repeat(length)).join(" ")));

describe("the break of a line", () => {
  const linesOf = (words: readonly Word[]) => {
    const tokens = tokensOf(words, tradeRules);
    const options = { longest: 42, grammar: grammarOf("en") };
    const found = layOut(tokens, createRuler(tokens), [0, tokens.length], options);
    if (found?.second === undefined) return undefined;
    const texts = words.map((word) => word.text + (word.punctuation ?? ""));
    return [texts.slice(0, found.second).join(" "), texts.slice(found.second).join(" ")] as const;
  };
  const unevenness = ([upper, lower]: readonly [string, string]) =>
    Math.abs(upper.length - lower.length);

  it("is where it balances best, when nothing else matters", () => {
    fc.assert(
      fc.property(evenWords, (words) => {
        const lines = linesOf(words) ?? ["", ""];
        fc.pre(lines[0] !== "");
        const texts = words.map(({ text }) => text);
        const others = words
          .map((_, at) => [texts.slice(0, at).join(" "), texts.slice(at).join(" ")] as const)
          .filter(([upper, lower]) => upper !== "" && Math.max(upper.length, lower.length) <= 42);
        expect(unevenness(lines)).toBe(Math.min(...others.map(unevenness)));
      }),
    );
  });

  it("is after punctuation and before conjunctions, unless that makes the lines very uneven", () => {
    fc.assert(
      fc.property(
        evenWords,
        fc.nat(12),
        fc.constantFrom(["after", "."], ["after", ","], ["before", "and"]),
        (words, place, [where, sign]) => {
          const at = 1 + (place % (words.length - 1));
          const marked = words.map((word, index): Word => {
            if (where === "after")
              return index === at - 1 ? { ...word, punctuation: sign ?? "" } : word;
            return index === at ? { ...word, text: sign ?? "" } : word;
          });
          const texts = marked.map((word) => word.text + (word.punctuation ?? ""));
          const wished = [texts.slice(0, at).join(" "), texts.slice(at).join(" ")] as const;
          fc.pre(texts.join(" ").length > 42 && unevenness(wished) <= 7);
          fc.pre(wished.every(({ length }) => length <= 42));
          expect(linesOf(marked)).toEqual(wished);
        },
      ),
    );
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
        const subRip = parse(srt(cues), ",");
        const arrow = (text: string) => text.replaceAll("-->", "→").normalize("NFKC");
        expect(subRip.map((cue) => ({ ...cue, text: arrow(cue.text) }))).toEqual(
          expected.map((cue) => ({ ...cue, text: arrow(cue.text) })),
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
    expect(srt(cues)).toBe("1\n01:00:00,000 --> 01:00:01,500\nAT&T ＜b＞ →\n");
    expect(webVtt(cues)).toBe(
      "WEBVTT\n\n01:00:00.000 --> 01:00:01.500\nAT&amp;T &lt;b&gt; --&gt;\n",
    );
    expect(webVtt(cues, { voices: true, wordTimes: true })).toBe(
      "WEBVTT\n\n01:00:00.000 --> 01:00:01.500\n" +
        "<v Speaker 1>AT&amp;T <01:00:00.400>&lt;b&gt; <01:00:00.800>--&gt;\n",
    );
  });

  it("name in SRT each speaker where another one begins", () => {
    const spoken = ["spk_0", "spk_0", "spk_1", "Anna"].map((speaker, index) => ({
      startMs: index * 1_000,
      endMs: index * 1_000 + 900,
      lines: [`line ${index}`, "more"],
      speaker,
    }));
    expect(srt(spoken)).not.toContain("Speaker");
    const texts = srt(spoken, { voices: true })
      .split("\n\n")
      .map((block) => block.split("\n")[2]);
    expect(texts).toEqual(["Speaker 1: line 0", "line 1", "Speaker 2: line 2", "Anna: line 3"]);
  });

  it("mark no word that is said when its caption is gone", () => {
    const words = [
      { text: "slow", startMs: 0, endMs: 500 },
      { text: "talk", startMs: 600, endMs: 1_200 },
    ];
    const spoken = cuesFrom(words);
    const shown = spoken.map((cue) => ({ ...cue, endMs: 600 }));
    expect(webVtt(spoken, { wordTimes: true })).toContain("<00:00:00.600>talk");
    expect(webVtt(shown, { wordTimes: true })).not.toContain("<00:00:00.600>");
  });

  it("name both speakers of a caption", () => {
    const words = ["one", "two", "three"].map((text, index) => ({
      text,
      startMs: index * 300,
      endMs: index * 300 + 300,
      speaker: `spk_${index % 2}`,
    }));
    const both = cuesFrom(words);
    expect(webVtt(both, { voices: true })).toContain(
      "\n<v Speaker 1>- one</v>\n<v Speaker 2>- two</v>\n",
    );
    expect(srt(both, { voices: true })).toContain("\nSpeaker 1: one\nSpeaker 2: two\n");
    expect(srt(both, { voices: true })).toContain("\nSpeaker 1: three\n");
    expect(srt(both)).toContain("\n- one\n- two\n");
  });

  it("keep no-break spaces, and break no line at them", () => {
    const sum = "2\u00a0000\u202f000";
    const words = said("the whole of what was spent on it is sum crowns or more").map((word) =>
      word.text === "sum" ? { ...word, text: sum } : word,
    );
    const kept = cuesFrom(words);
    expect(kept.flatMap(({ lines }) => lines).filter((line) => line.includes(sum))).toHaveLength(1);
    expect(srt(kept)).toContain(sum);
    expect(webVtt(kept)).toContain(sum);
  });

  it("of no words are empty, and valid", () => {
    expect(srt([])).toBe("");
    expect(webVtt([])).toBe("WEBVTT\n");
  });
});
