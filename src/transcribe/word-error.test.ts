import { expect, it } from "vitest";
import { wordError, wordErrorRate } from "./word-error.ts";

it.each([
  ["the same", "Go forward, ten meters!", "go forward ten meters", 0],
  ["one mistaken", "go forward ten meters", "go backward ten meters", 1],
  ["one left out", "go forward ten meters", "go ten meters", 1],
  ["one put in", "go forward ten meters", "go forward ten more meters", 1],
  ["nothing heard", "go forward ten meters", "", 4],
  ["apostrophes of both kinds", "it’s his", "it's his", 0],
])("counts errors: %s", (_what, said, heard, errors) => {
  expect(wordError(said, heard).errors).toBe(errors);
});

it("weighs recordings by their words", () => {
  const results = [wordError("a b c d e f g h i", "a b c d e f g h i"), wordError("a", "b")];
  expect(wordErrorRate(results)).toBe(0.1);
});
