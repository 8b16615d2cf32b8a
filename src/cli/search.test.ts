import { expect, it } from "vitest";
import { typedText } from "./search.ts";

it("takes several words in one argument as a phrase: the shell has removed the quotation marks", () => {
  expect(typedText(["age of wisdom"])).toBe('"age of wisdom"');
  expect(typedText(["age", "of", "wisdom"])).toBe("age of wisdom");
  expect(typedText(["age of wis*", "foolishness"])).toBe('"age of wis*" foolishness');
  expect(typedText(['"age of" wisdom'])).toBe('"age of" wisdom');
  expect(typedText(["«guten Tag» sol*"])).toBe("«guten Tag» sol*");
  expect(typedText([" wisdom "])).toBe("wisdom");
});
