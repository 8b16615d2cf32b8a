import { expect, it } from "vitest";
import { looksInvented, repeatsItself, verdictOf } from "./verdict.ts";

it.each([
  "you ".repeat(20),
  "Thank you for watching. ".repeat(5),
  "I don't know what to say. I don't know what to say. I don't know what to say.",
  "谢谢谢谢谢谢谢谢谢谢谢谢谢谢谢谢",
])("tells a loop: %s", (text) => {
  expect(repeatsItself(text)).toBe(true);
});

it.each([
  "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness",
  "No, no, no, no! I said no.",
  "Ha ha ha ha ha. Ask not what your country can do for you, ask what you can do for your country.",
  "one two three one two three four",
  "",
])("lets people repeat themselves: %s", (text) => {
  expect(repeatsItself(text)).toBe(false);
});

it("knows what models invent where nobody speaks", () => {
  expect(looksInvented("You You", 9_000)).toBe(true);
  expect(looksInvented(" Thank you.", 5_000)).toBe(true);
  expect(looksInvented("Thank you.", 1_200)).toBe(false);
  expect(looksInvented("You are right.", 9_000)).toBe(false);
});

const piece = (text: string, count = 5) => ({
  text,
  tokens: Array.from({ length: count }, () => "x"),
});

it("refuses more than anybody can say, and tells what was cut off", () => {
  const quick = "she sells sea shells by the sea shore and the shells she sells are shells";
  expect(verdictOf(piece(quick), 3_000, 100)).toBe("good");
  expect(verdictOf(piece(quick), 1_000, 100)).toBe("too fast");
  expect(verdictOf(piece("今天天气很好我们去公园散步吧"), 2_500, 100)).toBe("good");
  expect(verdictOf(piece("今天天气很好我们去公园散步吧"), 500, 100)).toBe("too fast");
  expect(verdictOf(piece(quick, 100), 3_000, 100)).toBe("cut off");
  expect(verdictOf(piece(quick, 100), 3_000, undefined)).toBe("good");
  expect(verdictOf(piece("Good morning."), 20_000, 100)).toBe("too little");
  expect(verdictOf(piece("Good morning."), 2_000, 100)).toBe("good");
});
