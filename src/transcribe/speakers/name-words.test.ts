import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Word } from "../../media/transcript.ts";
import { nameSpeakers } from "./name-words.ts";
import type { Turn } from "./turn.ts";

const word = (startMs: number, endMs: number): Word => ({ text: "a", startMs, endMs });
const turn = (startMs: number, endMs: number, speaker: number): Turn => ({
  startMs,
  endMs,
  speaker,
});

describe("nameSpeakers", () => {
  it("names speakers in the order in which they speak, by most overlap, else the nearest", () => {
    const turns = [turn(0, 1000, 7), turn(900, 2000, 3), turn(5000, 6000, 7)];
    const words = [
      word(0, 500),
      word(850, 1100),
      word(2100, 2200),
      word(4900, 4950),
      word(9000, 9100),
    ];
    expect(nameSpeakers(words, turns).map(({ speaker }) => speaker)).toEqual([
      "spk_0",
      "spk_1",
      "spk_1",
      "spk_0",
      "spk_0",
    ]);
  });

  it("gives words long after the last turn, or far from the next, the nearest speaker", () => {
    const words = [
      word(0, 500),
      word(80_000, 80_100),
      word(590_000, 590_100),
      word(900_000, 900_100),
    ];
    const turns = [turn(0, 1000, 4), turn(600_000, 601_000, 2)];
    expect(nameSpeakers(words, turns).map(({ speaker }) => speaker)).toEqual([
      "spk_0",
      "spk_0",
      "spk_1",
      "spk_1",
    ]);
  });

  it("leaves words alone when there are no turns", () => {
    expect(nameSpeakers([word(0, 1)], [])).toEqual([word(0, 1)]);
  });

  it("gives each word a speaker whose turn is as near as any, in any conversation", () => {
    const ms = fc.oneof(
      fc.integer({ min: 0, max: 30_000 }),
      fc.integer({ min: 0, max: 1_000_000 }),
    );
    const ranges = fc.array(fc.tuple(ms, ms, fc.nat(4)), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(ranges, ranges, (spoken, said) => {
        const turns = said
          .map(([from, length, speaker]) => turn(from, from + length, speaker))
          .toSorted((a, b) => a.startMs - b.startMs);
        const words = spoken
          .map(([from, length]) => word(from, from + (length % 900)))
          .toSorted((a, b) => a.startMs - b.startMs);
        const overlap = (a: Word, b: Turn) =>
          Math.min(a.endMs, b.endMs) - Math.max(a.startMs, b.startMs);
        const names = new Map<string, number>();
        for (const { speaker = "", ...given } of nameSpeakers(words, turns)) {
          expect(speaker).toMatch(/^spk_\d/);
          const best = Math.max(...turns.map((one) => overlap(given, one)));
          const fit = turns.filter((one) => overlap(given, one) === best);
          const known = names.get(speaker);
          if (known !== undefined) expect(fit.map((one) => one.speaker)).toContain(known);
          if (fit.length === 1) names.set(speaker, fit[0]?.speaker ?? -1);
        }
      }),
    );
  });
});

describe("changes of speakers", () => {
  const said = (text: string) =>
    text.split(" ").map((part, index): Word => {
      const [, spoken = "", punctuation = ""] = /^(\w+)(\W*)$/.exec(part) ?? [];
      const times = { startMs: index * 300, endMs: index * 300 + 280 };
      return { text: spoken, ...times, ...(punctuation === "" ? {} : { punctuation }) };
    });
  const who = (text: string, changeMs: number): string => {
    const turns = [turn(0, changeMs, 0), turn(changeMs, 10_000, 1)];
    return nameSpeakers(said(text), turns)
      .map(({ speaker }) => speaker?.replace("spk_", ""))
      .join("");
  };

  it("lie at a sentence's end where one is near", () => {
    expect(who("this is it. And so we go", 1_200)).toBe("0001111");
    expect(who("this is it. And so we go", 600)).toBe("0001111");
    expect(who("so we go on and on. Yes", 1_200)).toBe("0000001");
  });

  it("stay where they are when none is, or without punctuation", () => {
    expect(who("this is it and so we go", 1_200)).toBe("0000111");
    expect(who("it. Then this is where we go", 1_200)).toBe("0000111");
  });
});
