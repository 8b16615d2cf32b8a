import { expect, it } from "vitest";
import { wordError, wordErrorRate } from "./word-error.ts";

it.each([
  ["the same", "Go forward, ten meters!", "go forward ten meters", 0],
  ["one mistaken", "go forward ten meters", "go backward ten meters", 1],
  ["one left out", "go forward ten meters", "go ten meters", 1],
  ["one put in", "go forward ten meters", "go forward ten more meters", 1],
  ["nothing at all", "go forward ten meters", "", 4],
  ["a number as figures", "go forward ten meters", "Go forward 10 meters.", 0],
  ["figures for another number", "go forward ten meters", "Go forward 12 meters.", 1],
  ["a year", "it was nineteen sixty one", "It was 1961.", 0],
  ["a year with a nought", "in nineteen oh five", "In 1905,", 0],
  ["a large number", "one thousand and one nights", "1,001 nights", 0],
  ["without and", "two hundred twelve", "212", 0],
  ["a hundred", "a hundred people", "100 people", 0],
  ["an ordinal", "the twenty first of may", "the 21st of May", 0],
  ["a decimal", "three point one four", "3.14", 0],
  ["digits one by one", "call five five five oh one", "Call 55501", 0],
  ["a share", "fifty percent of five dollars", "50% of $5", 0],
  ["a time", "at two thirty", "at 2:30", 0],
  ["both as figures", "room 101", "room 101", 0],
  ["short forms", "mister smith and doctor jones", "Mr. Smith & Dr. Jones", 0],
  ["hyphens", "ill disposed", "ill-disposed", 0],
  ["other scripts", "сегодня хорошая погода", "Сегодня хорошая погода.", 0],
  ["apostrophes of both kinds", "it’s his", "it's his", 0],
])("counts errors: %s", (_what, said, transcribed, errors) => {
  expect(wordError(said, transcribed).errors).toBe(errors);
});

it("weighs recordings by their words", () => {
  const results = [wordError("a b c d e f g h i", "a b c d e f g h i"), wordError("a", "b")];
  expect(wordErrorRate(results)).toBe(0.1);
});
