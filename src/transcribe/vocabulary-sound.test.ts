import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { describeWithSharedMedia, sharedMedia } from "../../test/support/shared-media.ts";
import type { VocabularyPhrase } from "../media/speech.ts";
import type { Word } from "../media/transcript.ts";
import { applyVocabulary } from "./vocabulary.ts";
import { respellBySound } from "./vocabulary-sound.ts";

const wordsOf = (text: string): Word[] =>
  text.split(" ").map((written, index) => {
    const [, word = "", punctuation = ""] = /^(.*?)([.,?!]*)$/.exec(written) ?? [];
    const startMs = index * 400;
    return { text: word, startMs, endMs: startMs + 350, ...(punctuation && { punctuation }) };
  });
const textOf = (words: readonly Word[]): string =>
  words.map(({ text, punctuation = "" }) => text + punctuation).join(" ");
const written = (text: string, ...phrases: readonly VocabularyPhrase[]): string =>
  textOf(applyVocabulary(respellBySound(wordsOf(text), phrases), phrases));

/** Invented names, as they may be written by a model that never saw them. */
const invented: readonly (readonly [phrase: string, transcribed: string])[] = [
  ["Kellimar", "Kelly Mar"],
  ["Zorvath", "Zorvat"],
  ["Braxley", "Brackslee"],
  ["Quillonia", "Quilonia"],
  ["Thornfield", "Thorn field"],
  ["Vandermeer", "Vander Mere"],
  ["Ashgrave", "Ash Grave"],
  ["Pellworth", "Pelworth"],
  ["Mistwick", "Mist wick"],
  ["Corvaline", "Corvalene"],
];

it.each(invented)("writes %s where a model wrote %s", (phrase, transcribed) => {
  expect(written(`Then ${transcribed}, went home.`, { phrase })).toBe(`Then ${phrase}, went home.`);
});

it("goes by what a phrase sounds like, and writes it as it says", () => {
  const phrase = { phrase: "Siobhan", soundsLike: "shivawn", displayAs: "Siobhán" };
  expect(written("I met Shavonne today", phrase)).toBe("I met Siobhán today");
});

it.each([
  ["can't we", "Kent"],
  ["the mountain is high", "Martin"],
  ["he went forward", "Ford"],
  ["there were people", "Peepler"],
  ["a good winter", "Gunter"],
])("leaves %s alone for %s", (text, phrase) => {
  expect(written(text, { phrase })).toBe(text);
});

it("lets a sound differ where the model wrote a name", () => {
  expect(written("I met Mr. Braggley there", { phrase: "Braxley" })).toBe(
    "I met Mr. Braxley there",
  );
  expect(written("I met mister braggley there", { phrase: "Braxley" })).toBe(
    "I met mister braggley there",
  );
});

it("leaves speakers, sentences and other scripts alone", () => {
  expect(written("Kelly. Mar is here", { phrase: "Kellimar" })).toBe("Kelly. Mar is here");
  expect(written("привет мир", { phrase: "Привел" })).toBe("привет мир");
});

describeWithSharedMedia("a vocabulary of names that nobody says", () => {
  it("changes no word of the clips", () => {
    const said = readFileSync(sharedMedia("speech/references.tsv"), "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split("\t")[1] ?? "")
      .join(" ");
    const phrases = [
      ..."Kellimar Zorvath Braxley Quillonia Thornfield Vandermeer Ashgrave Pellworth Mistwick Corvaline".split(
        " ",
      ),
      ..."Anderson Johansson Petrova Schmidt Fitzgerald Okonkwo Nakamura Delacroix Hawthorne Whitfield".split(
        " ",
      ),
      ..."Kubernetes Postgres Terraform Wireshark Grafana Jenkins Ansible Docker Prometheus Kafka".split(
        " ",
      ),
      ..."Marlow Winters Seasons Wisdom's Foster Fields Northam Dashiell Meterson Fortworth".split(
        " ",
      ),
    ].map((phrase) => ({ phrase }));
    expect(textOf(respellBySound(wordsOf(said), phrases))).toBe(said);
  });
});
