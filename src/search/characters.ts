/** What a character is for search. Korean endings follow words of any script: Hangul is told apart. */
export type CharacterKind = "letter" | "hangul" | "digit" | "mark" | "unspaced" | "other";

/** Scripts without spaces: Chinese, Japanese, Thai, Lao, Khmer, Burmese, and others of South-East Asia. */
const unspaced =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}\p{scx=Tai_Le}\p{scx=New_Tai_Lue}\p{scx=Tai_Tham}\p{scx=Javanese}\p{scx=Balinese}]/u;

function kindOf(character: string): CharacterKind {
  if (/\p{M}/u.test(character)) return "mark";
  if (/[0-9]/.test(character)) return "digit";
  if (!/[\p{L}\p{N}\p{Co}]/u.test(character)) return "other";
  if (unspaced.test(character)) return "unspaced";
  return /\p{sc=Hangul}/u.test(character) ? "hangul" : "letter";
}

const kinds: (CharacterKind | undefined)[] = [];

/** The kind of a code point; the answers for the basic plane are remembered. */
export function characterKind(code: number): CharacterKind {
  const known = kinds[code];
  if (known !== undefined) return known;
  const kind = kindOf(String.fromCodePoint(code));
  if (code <= 0xffff) kinds[code] = kind;
  return kind;
}
