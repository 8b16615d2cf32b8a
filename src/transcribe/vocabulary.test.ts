import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { VocabularyPhrase } from "../media/speech.ts";
import { transcriptText, type Word } from "../media/transcript.ts";
import { applyVocabulary } from "./vocabulary.ts";

/** Words of 100 ms each, one after the other. */
const said = (text: string): Word[] =>
  text.split(" ").map((word, index) => ({
    text: word,
    startMs: index * 100,
    endMs: index * 100 + 100,
    confidence: 0.5,
  }));

const rewritten = (text: string, ...vocabulary: readonly VocabularyPhrase[]): string =>
  transcriptText(applyVocabulary(said(text), vocabulary));

const word = fc.constantFrom("los", "angeles", "new", "york", "a", "b", "c-d", "It's", "…");
const phrase: fc.Arbitrary<VocabularyPhrase> = fc.record(
  {
    phrase: fc.array(word, { minLength: 1, maxLength: 3 }).map((list) => list.join(" ")),
    soundsLike: fc.array(word, { minLength: 1, maxLength: 3 }).map((list) => list.join("-")),
    displayAs: fc.string({ maxLength: 12 }),
  },
  { requiredKeys: ["phrase"] },
);
const words: fc.Arbitrary<readonly Word[]> = fc
  .array(
    fc.record(
      {
        text: word,
        pauseMs: fc.nat(3_000),
        lengthMs: fc.nat(500),
        confidence: fc.nat(100).map((value) => value / 100),
        speaker: fc.constantFrom("spk_0", "spk_1"),
        punctuation: fc.constantFrom(".", ","),
      },
      { requiredKeys: ["text", "pauseMs", "lengthMs"] },
    ),
    { maxLength: 30 },
  )
  .map((list) => {
    let at = 0;
    return list.map(({ pauseMs, lengthMs, ...rest }) => {
      const startMs = at + pauseMs;
      at = startMs + lengthMs;
      return { ...rest, startMs, endMs: at };
    });
  });

describe("applyVocabulary", () => {
  it.each([
    [
      "a phrase by its letters",
      "we flew to los angeles",
      { phrase: "Los Angeles" },
      "we flew to Los Angeles",
    ],
    [
      "what it sounds like",
      "on cooper net ease today",
      { phrase: "Kubernetes", soundsLike: "cooper-net-ease" },
      "on Kubernetes today",
    ],
    ["an acronym", "on a w s today", { phrase: "A.W.S.", displayAs: "AWS" }, "on AWS today"],
    [
      "more words than were heard",
      "in nyc now",
      { phrase: "nyc", displayAs: "New York City" },
      "in New York City now",
    ],
    ["only whole words", "a cartoon", { phrase: "car" }, "a cartoon"],
    [
      "no half phrase",
      "to los angels",
      { phrase: "los angeles", displayAs: "LA" },
      "to los angels",
    ],
    ["each time", "hi bob hi bob", { phrase: "bob", displayAs: "Bob" }, "hi Bob hi Bob"],
  ])("writes %s", (_what, heard, entry, expected) => {
    expect(rewritten(heard, entry)).toBe(expected);
  });

  it("takes the longest phrase", () => {
    const short = { phrase: "new york", displayAs: "NY" };
    const long = { phrase: "new york city", displayAs: "NYC" };
    expect(rewritten("new york city and new york", short, long)).toBe("NYC and NY");
  });

  it("keeps times, confidence, speaker and punctuation", () => {
    const heard: Word[] = [
      { text: "cooper", startMs: 0, endMs: 300, confidence: 0.4, speaker: "spk_0" },
      { text: "net", startMs: 300, endMs: 600, confidence: 0.8, speaker: "spk_0" },
      { text: "new", startMs: 700, endMs: 800, speaker: "spk_0" },
      {
        text: "york",
        startMs: 800,
        endMs: 900,
        confidence: 0.9,
        punctuation: "!",
        speaker: "spk_0",
      },
    ];
    const vocabulary = [{ phrase: "k8s", soundsLike: "cooper net" }, { phrase: "New York" }];
    expect(applyVocabulary(heard, vocabulary)).toEqual([
      {
        text: "k8s",
        startMs: 0,
        endMs: 300 + 300,
        confidence: expect.closeTo(0.6) as number,
        speaker: "spk_0",
      },
      { text: "New", startMs: 700, endMs: 800, speaker: "spk_0" },
      {
        text: "York",
        startMs: 800,
        endMs: 900,
        confidence: 0.9,
        punctuation: "!",
        speaker: "spk_0",
      },
    ]);
  });

  it("finds no phrase across speakers, punctuation or a long pause", () => {
    const [los, angeles] = [
      { text: "los", startMs: 0, endMs: 100 },
      { text: "angeles", startMs: 100, endMs: 200 },
    ];
    const vocabulary = [{ phrase: "los angeles", displayAs: "LA" }];
    const text = (...list: Word[]) => transcriptText(applyVocabulary(list, vocabulary));
    expect(text(los, angeles)).toBe("LA");
    expect(text({ ...los, speaker: "spk_0" }, { ...angeles, speaker: "spk_1" })).toBe(
      "los angeles",
    );
    expect(text({ ...los, punctuation: "," }, angeles)).toBe("los, angeles");
    expect(text(los, { ...angeles, startMs: 2_000, endMs: 2_100 })).toBe("los angeles");
  });

  it("leaves order, time and all that is not in the vocabulary as they are", () => {
    fc.assert(
      fc.property(words, fc.array(phrase, { maxLength: 5 }), (heard, vocabulary) => {
        const written = applyVocabulary(heard, vocabulary);
        let free = 0;
        for (const { text, startMs, endMs } of written) {
          expect(text).not.toMatch(/^$|\s/);
          expect(startMs).toBeGreaterThanOrEqual(free);
          expect(endMs).toBeGreaterThanOrEqual(startMs);
          free = endMs;
        }
        expect(written[0]?.startMs).toBe(heard[0]?.startMs);
        expect(written.at(-1)?.endMs).toBe(heard.at(-1)?.endMs);
        const signs = (list: readonly Word[]) => list.flatMap((one) => one.punctuation ?? []);
        expect(signs(written)).toEqual(signs(heard));
        const unknown = heard.filter(({ text }) => text === "…");
        expect(written.filter((one) => unknown.includes(one))).toEqual(unknown);
        expect(applyVocabulary(heard, [])).toEqual(heard);
      }),
    );
  });

  it("reads an hour with a thousand phrases in a moment", () => {
    const heard = said("we went to los angeles and saw new york ".repeat(1_200).trim());
    const vocabulary = Array.from({ length: 1_000 }, (_, index) => ({ phrase: `los ${index} x` }));
    expect(applyVocabulary(heard, vocabulary)).toEqual(heard);
  });
});
