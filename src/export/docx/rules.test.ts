import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { orderFaults } from "../../../test/support/ooxml-order.ts";
import { xmlFault } from "../../../test/support/opc.ts";
import { bandOf, bands, summarize } from "./bands.ts";
import { speakerName } from "../../media/speaker-name.ts";
import { piecesOf } from "./runs.ts";
import { directionOf, fontsFor, languageFor, plainText } from "./script.ts";

describe("the rules of a Word document", () => {
  it("put every word in one band, and the sums are right", () => {
    const word = fc.record({ confidence: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(word), (given) => {
        const words = given.map((one) => ({ text: "a", startMs: 0, endMs: 1, ...one }));
        const { inBand, mean } = summarize(words);
        for (const { id } of bands)
          expect(inBand[id]).toBe(words.filter((one) => bandOf(one) === id).length);
        expect(mean === undefined).toBe(words.length === 0);
      }),
    );
    expect([0.9, 0.895, 0.75, 0.5, 0.49].map((confidence) => bandOf({ confidence }))).toEqual([
      "Certain",
      "Certain",
      "Likely",
      "Doubtful",
      "Poor",
    ]);
  });

  it("shade exactly the words of a band, and not the spaces around them", () => {
    const word = fc.record({
      text: fc.constantFrom("a", "bc", "時", "שלום", "7"),
      confidence: fc.constantFrom(0.99, 0.8, 0.6, 0.2),
    });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (given) => {
        const words = given.map((one) => ({ startMs: 0, endMs: 1, ...one }));
        const pieces = piecesOf(words, false);
        const all = pieces.map(({ text }) => text).join("");
        expect(all.replace(/ /g, "")).toBe(words.map(({ text }) => text).join(""));
        for (const { text, band } of pieces) if (band !== "Certain") expect(text.trim()).toBe(text);
        for (const { id } of bands) {
          const inPieces = pieces
            .filter(({ band }) => band === id)
            .map(({ text }) => text)
            .join("");
          const should = words
            .filter((one) => bandOf(one) === id)
            .map(({ text }) => text)
            .join("");
          expect(inPieces.replace(/ /g, "")).toBe(should);
        }
      }),
    );
  });

  it("set punctuation as the text around it runs", () => {
    const set = (given: string, rightToLeft: boolean) => {
      const words = given.split(" ").map((text, index) => {
        const [, word = "", punctuation = ""] = /^(.*?)([.,]?)$/.exec(text) ?? [];
        return { text: word, punctuation, startMs: index, endMs: index, confidence: 1 };
      });
      return piecesOf(words, rightToLeft).map(({ text, rightToLeft: rtl }) => [text, rtl]);
    };
    expect(set("قال Dickens.", true)).toEqual([
      ["قال", true],
      [" Dickens", false],
      [".", true],
    ]);
    // Between two Latin words, or Hebrew ones in an English sentence, it is theirs.
    expect(set("قال New York, London. كان", true)).toEqual([
      ["قال", true],
      [" New York, London", false],
      [". كان", true],
    ]);
    expect(set("he said שלום, עולם.", false)).toEqual([
      ["he said", false],
      [" שלום, עולם", true],
      [".", false],
    ]);
    expect(set("قال Dickens 1859. كان", true).slice(1)).toEqual([
      [" Dickens 1859", false],
      [". كان", true],
    ]);
  });

  it("give every script a font that has its letters", () => {
    const codes = ["ar-SA", "he-IL", "hi-IN", "bn-BD", "ta-IN", "th-TH", "my-MM", "en-US"];
    expect(codes.map((code) => fontsFor(code).cs)).toEqual([
      "Arial",
      "Arial",
      "Nirmala UI",
      "Nirmala UI",
      "Nirmala UI",
      "Leelawadee UI",
      "Myanmar Text",
      "Arial",
    ]);
    expect(languageFor("si-LK")).toEqual({ bidirectional: "si-LK" });
  });

  it("know directions, languages and speakers", () => {
    expect(["12 שלום", "hello", "...", "٣ مرحبا"].map(directionOf)).toEqual([
      "rtl",
      "ltr",
      undefined,
      "rtl",
    ]);
    expect([
      languageFor("he_IL"),
      languageFor("ko-KR"),
      languageFor("de"),
      languageFor('x"><'),
    ]).toEqual([{ bidirectional: "he-IL" }, { eastAsia: "ko-KR" }, { value: "de" }, {}]);
    expect(["spk_0", "ch_1", "Anna"].map(speakerName)).toEqual(["Speaker 1", "Channel 2", "Anna"]);
    expect(plainText("a\u0000\ud800b\n\u2028c")).toBe("ab c");
  });

  it("are tested by a checker that finds faults", () => {
    const faulty = [
      "<a>",
      "<a></b>",
      "<a>&</a>",
      '<a b="1" b="2"/>',
      "<a/><b/>",
      "<a>\u0001</a>",
      "<a b=c/>",
    ];
    for (const text of faulty) expect(xmlFault(text), text).toBeDefined();
    expect(xmlFault('<?xml version="1.0"?><a b="&lt;"><c/>x</a>')).toBeUndefined();
    expect(orderFaults("<w:pPr><w:ind/><w:bidi/></w:pPr>")).toHaveLength(1);
    expect(orderFaults("<w:pPr><w:shading/></w:pPr>")).toHaveLength(1);
    expect(orderFaults('<w:pPr><w:rPr><w:b/></w:rPr></w:pPr><w:pPr w:a="b"/>')).toEqual([]);
  });
});
