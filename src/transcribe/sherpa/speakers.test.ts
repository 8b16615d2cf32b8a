import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Word } from "../../media/transcript.ts";
import type { Turn } from "./protocol.ts";
import { samePeople, withSpeakers } from "./speakers.ts";
import { languageScores } from "./languages.ts";

const word = (startMs: number, endMs: number): Word => ({ text: "a", startMs, endMs });
const turn = (startMs: number, endMs: number, speaker: number): Turn => ({
  startMs,
  endMs,
  speaker,
});

describe("withSpeakers", () => {
  it("names speakers in the order in which they speak, by most overlap, else the nearest", () => {
    const turns = [turn(0, 1000, 7), turn(900, 2000, 3), turn(5000, 6000, 7)];
    const words = [
      word(0, 500),
      word(850, 1100),
      word(2100, 2200),
      word(4900, 4950),
      word(9000, 9100),
    ];
    expect(withSpeakers(words, turns).map(({ speaker }) => speaker)).toEqual([
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
    expect(withSpeakers(words, turns).map(({ speaker }) => speaker)).toEqual([
      "spk_0",
      "spk_0",
      "spk_1",
      "spk_1",
    ]);
  });

  it("leaves words alone when there are no turns", () => {
    expect(withSpeakers([word(0, 1)], [])).toEqual([word(0, 1)]);
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
        for (const { speaker = "", ...given } of withSpeakers(words, turns)) {
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

describe("samePeople", () => {
  const voice = (part: number, ...embedding: number[]) => ({
    part,
    embedding: Float32Array.from(embedding),
  });

  it("matches voices of different parts, and never two of the same", () => {
    const voices = [voice(0, 1, 0), voice(0, 0.9, 0.1), voice(1, 1, 0.05), voice(1, -1, 0)];
    const people = samePeople(voices);
    expect(people[0]).not.toBe(people[1]);
    expect(people[2]).toBe(people[0]);
    expect(new Set(people).size).toBe(3);
  });

  it("reaches the number asked for, also against its own judgement", () => {
    const voices = [voice(0, 1, 0), voice(0, 0, 1), voice(1, -1, 0), voice(1, 0, -1)];
    for (const count of [1, 2, 3, 4, 9])
      expect(new Set(samePeople(voices, count)).size).toBe(Math.min(count, 4));
    expect(samePeople([])).toEqual([]);
  });
});

describe("languageScores", () => {
  const votes = [
    { code: "en", lengthMs: 6000 },
    { code: "de", lengthMs: 3000 },
    { code: "nl", lengthMs: 1000 },
    { code: "", lengthMs: 9000 },
  ];
  it("is the share of the sound, the likeliest first", () => {
    expect(languageScores(votes)).toEqual([
      { code: "en", score: 0.6 },
      { code: "de", score: 0.3 },
      { code: "nl", score: 0.1 },
    ]);
    expect(languageScores([])).toEqual([]);
  });
  it("speaks the candidates' words, and knows no others", () => {
    expect(languageScores(votes, ["de-AT", "en-GB"])).toEqual([
      { code: "en-GB", score: 0.6 },
      { code: "de-AT", score: 0.3 },
    ]);
    expect(languageScores(votes, ["fr-FR"])).toEqual([]);
  });
});
