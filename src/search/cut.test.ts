import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cut } from "./cut.ts";
import { apart, indexedText } from "./indexed-text.ts";

const tokens = (text: string) => cut(text).map(({ token }) => token);

describe("what is indexed and what is asked", () => {
  it.each([
    // capitals, with the Turkish and German cases
    ["İSTANBUL", "istanbul", "ıstanbul", "ISTANBUL"],
    ["Straße", "STRASSE", "STRAẞE", "strasse"],
    ["ΟΔΟΣ", "οδός", "Οδος"],
    // letters that Unicode does not take apart
    ["Łódź", "lodz"],
    ["Ærø", "aero"],
    ["Œuvre", "oeuvre", "ŒUVRE"],
    ["Þór", "thor"],
    ["Ещё", "еще"],
    // widths, ligatures, decomposed letters, signs without a shape
    ["ｃａｆé", "cafe\u0301", "CAFÉ", "ca\u00adfe\u200b".replace("\u200b", "")],
    ["ﬁne", "fine", "fi\u200dne", "fi\u2060ne"],
    ["ﾊﾞｽ", "バス"],
    ["서울", "서울".normalize("NFD")],
    // vowel points, presentation forms, the forms of alef, the Persian letters
    ["مُحَمَّد", "محمد", "ﻣﺤﻤﺪ", "مـحـمـد"],
    ["أحمد", "احمد", "أَحْمَد"],
    ["کتاب", "كتاب"],
    ["شׁَלוֹם".replace("شَ", "שָ"), "שלום"],
    ['צה"ל', "צה״ל", "צהל"],
    ["می‌خواهم", "میخواهم"],
    // digits and their groups
    ["2,000", "2000", "2.000", "2 000", "2\u00a0000", "２０００", "٢٠٠٠", "२०००", "2’000"],
    ["1,234.56", "1.234,56", "1234.56"],
    ["1,00,000", "100000"],
    ["2,000km", "2000km"],
    // hyphens
    ["COVID-19", "covid19", "Covid‑19"],
    ["e-mail", "email", "E‐Mail"],
    ["col·lecció", "colleccio"],
  ])("meets in all its forms: %s", (...forms) => {
    for (const form of forms) expect(tokens(form), form).toEqual(tokens(forms[0] ?? ""));
  });

  it.each([
    ["मिल", "मील"],
    ["कि", "की"],
    ["мой", "мои"],
    ["їжа", "іжа"],
    ["か", "が"],
    ["はは", "ぱぱ"],
    ["3.14", "314"],
    ["3.14", "3"],
    ["1.2.3", "123"],
    ["he'll", "hell"],
    ["we're", "were"],
    ["กา", "ก้า"],
    ["ѓ", "г"],
    ["上海", "海上"],
    ["على", "علي"],
  ])("stays apart: %s and %s", (one, other) => {
    expect(tokens(one)).not.toEqual(tokens(other));
  });

  it("is every character of a script without spaces, and whole words of the others", () => {
    expect(tokens("用Python写代码")).toEqual(["用", "python", "写", "代", "码"]);
    expect(tokens("หนังสือ")).toEqual(["ห", "นั", "ง", "สื", "อ"]);
    expect(tokens("बिल्ली बेंगलुरु")).toEqual(["बिल्ली", "बेंगलुरु"]);
    expect(tokens("AI가 2000년에")).toEqual(["ai", "가", "2000", "년에"]);
    expect(tokens("三〇〇、コーヒー！")).toEqual([..."三〇〇コーヒー"]);
  });

  it("never holds a sign that separates, and is the same when it is cut again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        for (const token of tokens(text)) {
          expect(token).toMatch(/^[a-z0-9\u0080-\u{10ffff}]+$/u);
          expect(token).not.toBe(apart.trim());
          if (!token.includes("·")) expect(tokens(token).join("")).toBe(token);
        }
      }),
    );
  });

  it("has one space between two words, whatever is in them", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1 }), (words) => {
        expect(indexedText(words).text.split(" ")).toHaveLength(words.length);
      }),
    );
  });

  it("takes time in proportion to the text", () => {
    const hostile = ["1,", "111,", "a-", "l·", "a\u0301", "а\u0301", "1 ", 'שׁ"', "ก้", "İ"];
    const startedAt = performance.now();
    for (const text of hostile) cut(text.repeat(20_000));
    cut(`a${"\u0301".repeat(50_000)}`);
    cut(`ש${"\u05b0".repeat(50_000)}`);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
