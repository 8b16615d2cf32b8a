import { describe, expect, it } from "vitest";
import { spokenNumber } from "./numerals.ts";
import { spokenParts } from "./parts.ts";

const said = (token: string): string[] | undefined =>
  spokenNumber(token)?.map((words) => words.join(" "));

describe("English numerals as they are said", () => {
  it.each([
    ["10", "ten"],
    ["0", "zero"],
    ["42", "forty two"],
    ["1859", "eighteen fifty nine"],
    ["1859", "one thousand eight hundred fifty nine"],
    ["1905", "nineteen oh five"],
    ["1900", "nineteen hundred"],
    ["2000", "two thousand"],
    ["2026", "twenty twenty six"],
    ["2026", "two thousand and twenty six"],
    ["1,234,567", "one million two hundred thirty four thousand five hundred sixty seven"],
    ["3.14", "three point one four"],
    ["$5", "five dollars"],
    ["$1", "one dollar"],
    ["$3.50", "three dollars fifty"],
    ["50%", "fifty percent"],
    ["2nd", "second"],
    ["21st", "twenty first"],
    ["20th", "twentieth"],
    ["1990s", "nineteen nineties"],
    ["007", "oh oh seven"],
    ["-5", "minus five"],
    ["100", "a hundred"],
    [
      "12345678901234567890",
      "one two three four five six seven eight nine zero one two three four five six seven eight nine zero",
    ],
  ])("%s: %s", (token, words) => {
    expect(said(token)).toContain(words);
  });

  it("leaves words alone", () => {
    expect(said("ten")).toBeUndefined();
    expect(said("R2D2")).toBeUndefined();
  });
});

describe("what is said for a word", () => {
  it.each([
    ["well-known", "en-US", [["well"], ["known"]]],
    ["don’t", "en-US", [["don't"]]],
    ["10:30", "en-US", [["ten"], ["thirty"]]],
    ["R2D2", "en", [["R"], ["two"], ["D"], ["two"]]],
    ["&", "en", [["and"]]],
    ["…", "en", []],
    ["10", "de-DE", [["10"]]],
    ["Müller", "de", [["Müller"]]],
  ])("%s in %s", (token, language, expected) => {
    const parts = spokenParts(token, language);
    expect(parts.map((part) => (part.kind === "words" ? part.words : part.readings[0]))).toEqual(
      expected,
    );
  });
});
