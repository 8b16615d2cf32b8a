import { expect, it } from "vitest";
import { briefWish, isLanguageCode, isSameWish, mergedWish, wishSettings } from "./speech.ts";

const vocabulary = { sha256: "abc", phrases: [{ phrase: "a" }, { phrase: "b" }] };

it("merges what is wished with what was wished before", () => {
  const before = { languageCode: "de-DE", speakers: 2, vocabulary } as const;
  expect(mergedWish(before)).toEqual(before);
  expect(mergedWish(before, { speakers: "auto" })).toEqual({ ...before, speakers: "auto" });
  expect(mergedWish(before, { speakers: "none", vocabulary: "none" })).toEqual({
    languageCode: "de-DE",
  });
  expect(mergedWish(undefined, { identifyLanguage: "none" })).toEqual({});
});

it("takes a language that is named for the end of finding it out", () => {
  const finding = { identifyLanguage: { candidates: ["de-DE"] } };
  expect(mergedWish(finding, { languageCode: "fr-FR" })).toEqual({ languageCode: "fr-FR" });
  expect(mergedWish(finding, { speakers: 2 })).toEqual({ ...finding, speakers: 2 });
});

it("tells whether two wishes are the same", () => {
  expect(isSameWish(undefined, {})).toBe(true);
  expect(isSameWish({ speakers: 2, languageCode: "en" }, { languageCode: "en", speakers: 2 })).toBe(
    true,
  );
  expect(isSameWish({ speakers: 2 }, { speakers: 3 })).toBe(false);
});

it("stands in a job's settings with the vocabulary's hash, and is shown without its phrases", () => {
  expect(wishSettings({})).toEqual({});
  expect(
    wishSettings({ languageCode: "de", engine: "sherpa", speakers: "auto", vocabulary }),
  ).toEqual({
    speakers: "auto",
    vocabulary: "abc",
  });
  expect(briefWish({ speakers: 2, vocabulary })).toEqual({
    speakers: 2,
    vocabulary: { phrases: 2, sha256: "abc" },
  });
});

it.each([
  ["en", true],
  ["en-US", true],
  ["zh-Hans-CN", true],
  ["english please", false],
  ["", false],
  ["e", false],
])("%j looks like a language: %j", (code, expected) => {
  expect(isLanguageCode(code)).toBe(expected);
});
