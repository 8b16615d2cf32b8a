/**
 * One form of writing for what is indexed and what is asked: capitals, accents, widths, ligatures and the
 * digits of other scripts do not count. Marks that make another word stay: vowel signs of Indic scripts,
 * Thai and Burmese, the voiced signs of kana, the breve of Cyrillic й.
 */

/** Letters that Unicode does not take apart, as people without them on their keyboard type them. */
const letters: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ħ: "h",
  ŧ: "t",
  ı: "i",
  ĸ: "k",
  ŋ: "n",
  ς: "σ",
  ё: "е",
  // Arabic: alef with a hamza, madda or wasla; the Persian forms of yeh and kaf
  آ: "ا",
  أ: "ا",
  إ: "ا",
  ٱ: "ا",
  ی: "ي",
  ک: "ك",
};
const special = new RegExp(`[${Object.keys(letters).join("")}]`, "gu");

/** The stress marks of Cyrillic vowels; ѓ and ќ are letters of their own. */
const stress = /(?<=[аеиоуыэюяіїєѣѵ])[\u0300\u0301]/gu;
/** Vowel points, cantillation and Koranic signs of Hebrew and Arabic, and the stretching tatweel. */
const points =
  /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08ff]/gu;

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** A text in decomposed form without the marks on its Latin and Greek letters. */
function withoutAccents(decomposed: string): string {
  if (!/\p{Mn}/u.test(decomposed)) return decomposed;
  let isAccented = false;
  let text = "";
  for (const character of decomposed) {
    if (!/\p{M}/u.test(character)) isAccented = /[\p{sc=Latin}\p{sc=Greek}]/u.test(character);
    else if (isAccented && /\p{Mn}/u.test(character)) continue;
    text += character;
  }
  return text;
}

const withoutSpecials = (text: string): string =>
  text.replace(special, (letter) => letters[letter] ?? letter);

function fold(text: string): string {
  const lower = withoutSpecials(text.replaceAll("İ", "i").toLowerCase().replace(points, ""));
  const plain = withoutAccents(lower.normalize("NFD")).replace(stress, "");
  return withoutSpecials(plain.normalize("NFC"));
}

/** Words come again and again; a speech has some thousand different ones. */
const folded = new Map<string, string>();
const mostFolded = 20_000;
const longestFolded = 40;

/**
 * The letters of one word, folded. Lower case as in Unicode, except that all of `I İ ı i` meet, because
 * the language of what is typed is not known.
 */
export function foldLetters(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  const known = folded.get(text);
  if (known !== undefined) return known;
  const result = fold(text);
  if (text.length > longestFolded) return result;
  if (folded.size >= mostFolded) folded.clear();
  folded.set(text, result);
  return result;
}

const isDigit = (code: number): boolean => /^\p{Nd}$/u.test(String.fromCodePoint(code));

/** A decimal digit of any script as 0–9. Unicode has the ten digits of a script in a row. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let first = code;
  while (isDigit(first - 1)) first -= 1;
  return String((code - first) % 10);
}

/**
 * Compatibility forms resolved (widths, ligatures, ½), digits of all scripts as 0–9, and characters
 * without a shape left out.
 */
export function plainForm(text: string): string {
  if (isAscii(text)) return text;
  return text
    .replaceAll("\u200b", " ")
    .normalize("NFKC")
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .replace(/[^\P{Nd}0-9]/gu, asciiDigit);
}
