/** What a word processor must know about a script: reading direction, fonts and language. */

const rightToLeft =
  /\p{scx=Arab}|\p{scx=Hebr}|\p{scx=Syrc}|\p{scx=Thaa}|\p{scx=Nkoo}|\p{scx=Adlm}/u;
/** Letters have a direction; digits, spaces and punctuation take it from their neighbours. */
const letter = /\p{L}/u;

/** The direction of a text by its first letter; undefined without a letter. */
export function directionOf(text: string): "rtl" | "ltr" | undefined {
  for (const character of text)
    if (letter.test(character)) return rightToLeft.test(character) ? "rtl" : "ltr";
  return undefined;
}

/** `ar-SA` → `ar`, in lower case. */
const primary = (languageCode: string): string => languageCode.toLowerCase().split(/[-_]/)[0] ?? "";

const rtlLanguages = new Set("ar fa he iw ur ps yi sd ug dv ckb syr".split(" "));

function isRightToLeft(languageCode: string): boolean {
  return rtlLanguages.has(primary(languageCode));
}

/**
 * The direction of a paragraph: that of most of its letters, whatever the language is said to be. Without a
 * letter, that of the language.
 */
export function isParagraphRightToLeft(text: string, languageCode: string): boolean {
  let balance = 0;
  for (const character of text)
    if (letter.test(character)) balance += rightToLeft.test(character) ? 1 : -1;
  return balance === 0 ? isRightToLeft(languageCode) : balance > 0;
}

/** Chinese as it is written in Taiwan, Hong Kong and Macau. */
const traditional = /^(zh[-_](tw|hk|mo|hant)|yue)/;

function eastAsianFont(languageCode: string): string {
  const code = languageCode.toLowerCase();
  if (primary(code) === "ja") return "Yu Gothic";
  if (primary(code) === "ko") return "Malgun Gothic";
  return traditional.test(code) ? "Microsoft JhengHei" : "Microsoft YaHei";
}

/**
 * The Windows font for a script that Word sets as complex. Where the font is not installed, the word
 * processor takes another one. Arabic and Hebrew letters are in Arial:
 * https://learn.microsoft.com/typography/fonts/windows_11_font_list
 */
const complexFonts: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    "Nirmala UI": "as bn gu hi kn kok mai ml mr ne or pa sa sat si ta te",
    "Leelawadee UI": "km lo th",
    "Myanmar Text": "my",
    "Microsoft Himalaya": "bo dz",
    "Estrangelo Edessa": "syr",
    "MV Boli": "dv",
  }).flatMap(([font, languages]) => languages.split(" ").map((language) => [language, font])),
);

/** Fonts that have a language's letters, by the four kinds into which Word sorts characters. */
export function fontsFor(languageCode: string) {
  return {
    ascii: "Calibri",
    hAnsi: "Calibri",
    eastAsia: eastAsianFont(languageCode),
    cs: complexFonts[primary(languageCode)] ?? "Arial",
  };
}

const eastAsian = new Set(["zh", "ja", "ko", "yue"]);
/** Languages of scripts that Word sets as complex: it reads their tag from another attribute. */
const complex = new Set([...rtlLanguages, ...Object.keys(complexFonts)]);

/** BCP 47, for w:lang; empty for an unknown language. */
export function languageFor(languageCode: string): {
  value?: string;
  eastAsia?: string;
  bidirectional?: string;
} {
  const tag = languageCode.replaceAll("_", "-");
  if (!/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(tag) || tag === "und") return {};
  if (eastAsian.has(primary(tag))) return { eastAsia: tag };
  return complex.has(primary(tag)) ? { bidirectional: tag } : { value: tag };
}

/** A text on one line, its no-break spaces kept, without the characters that XML forbids (controls, lone surrogates). */
export function plainText(text: string): string {
  return text
    .replace(/[^\S\u00a0\u2007\u202f]+/gu, " ")
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "");
}
