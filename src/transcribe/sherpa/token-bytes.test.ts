import fc from "fast-check";
import { expect, it } from "vitest";
import { tableOfLetters, textsOfTokens } from "./token-bytes.ts";

/** What sherpa makes of a table: the text of each token. */
const read = (table: string): string[] =>
  table
    .trimEnd()
    .split("\n")
    .map((line) => Buffer.from(line.split(" ")[0] ?? "", "base64").toString("utf8"));

it("puts letters together whose bytes are spread over tokens", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.nat(4)), (text, cuts) => {
      const bytes = Buffer.from(text);
      const pieces: Buffer[] = [];
      for (let from = 0, turn = 0; from < bytes.length; turn += 1) {
        const to = from + 1 + (cuts[turn % Math.max(1, cuts.length)] ?? 0);
        pieces.push(bytes.subarray(from, to));
        from = to;
      }
      const table = pieces.map((piece, id) => `${piece.toString("base64")} ${id}\n`).join("");
      const texts = textsOfTokens(read(tableOfLetters(table)).slice(0, pieces.length));
      expect(texts.join("")).toBe(text.toWellFormed());
    }),
  );
});

it("keeps each token's place", () => {
  const tokens = [" Hel", "lo", "", " 世"].map((text) => Buffer.from(text));
  const table = tokens.map((bytes, id) => `${bytes.toString("base64")} ${id}\n`).join("");
  expect(textsOfTokens(read(tableOfLetters(table)))).toEqual([" Hel", "lo", "", " 世"]);
});
