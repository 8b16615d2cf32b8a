import { expect, it } from "vitest";
import {
  briefOptions,
  isLanguageCode,
  sameOptions,
  mergedOptions,
  isSpeakerCount,
  optionSettings,
  speakerCountOf,
} from "./speech.ts";

const vocabulary = { sha256: "abc", phrases: [{ phrase: "a" }, { phrase: "b" }] };

it("merges new options with earlier ones", () => {
  const before = { languageCode: "de-DE", speakers: 2, vocabulary } as const;
  expect(mergedOptions(before)).toEqual(before);
  expect(mergedOptions(before, { speakers: "auto" })).toEqual({ ...before, speakers: "auto" });
  expect(mergedOptions(before, { speakers: "none", vocabulary: "none" })).toEqual({
    languageCode: "de-DE",
  });
  expect(mergedOptions(undefined, { identifyLanguage: "none" })).toEqual({});
});

it("has either speakers or channels, as was said last", () => {
  expect(mergedOptions({ speakers: 2 }, { channels: true })).toEqual({ channels: true });
  expect(mergedOptions({ channels: true }, { speakers: 2 })).toEqual({ speakers: 2 });
  expect(mergedOptions({ channels: true }, { channels: false })).toEqual({ channels: false });
  expect(optionSettings({ channels: true })).toEqual({ channels: true });
  expect(optionSettings({ channels: false })).toEqual({});
});

it("takes a language that is named for the end of finding it out", () => {
  const finding = { identifyLanguage: { candidates: ["de-DE"] } };
  expect(mergedOptions(finding, { languageCode: "fr-FR" })).toEqual({ languageCode: "fr-FR" });
  expect(mergedOptions(finding, { speakers: 2 })).toEqual({ ...finding, speakers: 2 });
});

it("tells whether two sets of options are the same", () => {
  expect(sameOptions(undefined, {})).toBe(true);
  expect(
    sameOptions({ speakers: 2, languageCode: "en" }, { languageCode: "en", speakers: 2 }),
  ).toBe(true);
  expect(sameOptions({ speakers: 2 }, { speakers: 3 })).toBe(false);
});

it("stands in a job's settings with the vocabulary's hash, and is shown without its phrases", () => {
  expect(optionSettings({})).toEqual({});
  expect(
    optionSettings({ languageCode: "de", engine: "sherpa", speakers: "auto", vocabulary }),
  ).toEqual({
    speakers: "auto",
    vocabulary: "abc",
  });
  expect(briefOptions({ speakers: 2, vocabulary })).toEqual({
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

it.each([
  ["auto", "auto"],
  ["3", 3],
  ["2..5", { min: 2, max: 5 }],
  ["..4", { max: 4 }],
  ["2..", { min: 2 }],
  ["0", undefined],
  ["31", undefined],
  ["5..2", undefined],
  ["..", undefined],
  ["", undefined],
  ["two", undefined],
])("reads %j as a number of speakers", (text, expected) => {
  expect(speakerCountOf(text)).toEqual(expected);
  if (expected !== undefined) expect(isSpeakerCount(expected)).toBe(true);
});
