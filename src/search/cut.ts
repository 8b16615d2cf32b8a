import { characterKind, type CharacterKind } from "./characters.ts";
import { foldLetters, plainForm } from "./fold.ts";

/** One searchable unit of a text: a word, or a character of a script that is written without spaces. */
export interface SearchToken {
  /** Lower-case ASCII letters and digits, and characters beyond ASCII; nothing else. */
  readonly token: string;
  /** What a compound is made of: `covid`, `19` of `COVID-19`. Absent: it is no compound. */
  readonly parts?: readonly string[];
  /** Where it stands in the plain form of the text. */
  readonly from: number;
  readonly to: number;
}

/** Groups of digits, 2,000 · 2.000 · 2 000 · 2’000 · 1,00,000, and a decimal fraction. */
const grouped =
  /(\d{1,3}(?:(?:[,٬]\d{2,3}){0,8}[,٬]\d{3}|(?:\.\d{3}){1,8}|(?:['’]\d{3}){1,8}|(?: \d{3}){1,8})(?!\d))(?:[.,٫](\d+))?/uy;
const decimal = /(?<!\d[.,٫])(\d+)[.,٫](\d+)(?![.,٫]\d)/uy;
/** The Hebrew maqaf is a hyphen, too. */
const hyphen = /[-‐־]/u;
/** Signs within one word: the Catalan l·l, quotation marks in Hebrew abbreviations. */
const inner = /(?<=l)·(?=l)|(?<=\p{sc=Hebrew}\p{M}*)["'״׳](?=\p{sc=Hebrew})/iuy;

/** A whole word of plain Latin letters, perhaps with punctuation behind it: nearly all there is. */
const simple = /^([A-Za-z]+)[.,;:?!)"']*$/;

type Piece = Pick<SearchToken, "token" | "to" | "parts">;

const kindAt = (text: string, at: number): CharacterKind =>
  characterKind(text.codePointAt(at) ?? 0x20);

const widthAt = (text: string, at: number): 1 | 2 => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

const isWordKind = (kind: CharacterKind): boolean => kind !== "other" && kind !== "unspaced";

/** Where the letters and digits end that begin at a place: at the latest where Hangul begins or ends. */
function endOfWord(text: string, from: number): number {
  const isHangul = kindAt(text, from) === "hangul";
  let to = from;
  for (;;) {
    for (let kind = kindAt(text, to); isWordKind(kind); kind = kindAt(text, to)) {
      if (kind !== "mark" && (kind === "hangul") !== isHangul) return to;
      to += widthAt(text, to);
    }
    inner.lastIndex = to;
    if (to === from || !inner.test(text)) return to;
    to += 1;
  }
}

/** A number at a place. The sign of a fraction becomes `·`, so that 3.14 is neither 3 nor 314. */
function numberAt(text: string, from: number): Piece | undefined {
  grouped.lastIndex = from;
  decimal.lastIndex = from;
  const found = grouped.exec(text) ?? decimal.exec(text);
  if (found === null) return undefined;
  const [all, whole = "", fraction] = found;
  const to = endOfWord(text, from + all.length);
  const unit = foldLetters(text.slice(from + all.length, to));
  const digits = whole.replace(/\D/g, "");
  return { token: digits + (fraction === undefined ? "" : `·${fraction}`) + unit, to };
}

const bare = (text: string): string => foldLetters(text.replace(/["'״׳·]/gu, ""));

/** A word at a place, with what hyphens join to it. */
function wordAt(text: string, from: number): Piece {
  const parts: string[] = [];
  let [start, to] = [from, endOfWord(text, from)];
  for (;;) {
    parts.push(bare(text.slice(start, to)));
    if (!hyphen.test(text.charAt(to)) || !isWordKind(kindAt(text, to + 1))) break;
    start = to + 1;
    to = endOfWord(text, start);
  }
  return { token: parts.join(""), ...(parts.length > 1 && { parts }), to };
}

/** A character of a script without spaces, with its marks. */
function characterAt(text: string, from: number): Piece {
  let to = from + widthAt(text, from);
  while (kindAt(text, to) === "mark") to += widthAt(text, to);
  return { token: foldLetters(text.slice(from, to)), to };
}

/**
 * Cuts a text into what is indexed and asked, by one rule for both. Apostrophes separate (`don't`: `don`,
 * `t`), hyphens join. Deterministic: it does not depend on a dictionary. Linear in the text's length.
 */
export function cut(given: string): SearchToken[] {
  const latin = simple.exec(given)?.[1];
  if (latin !== undefined) return [{ token: latin.toLowerCase(), from: 0, to: latin.length }];
  const text = plainForm(given);
  const found: SearchToken[] = [];
  for (let from = 0; from < text.length;) {
    const kind = kindAt(text, from);
    if (kind === "other") {
      from += widthAt(text, from);
      continue;
    }
    const number = kind === "digit" ? numberAt(text, from) : undefined;
    const piece = number ?? (kind === "unspaced" ? characterAt(text, from) : wordAt(text, from));
    if (piece.token !== "") found.push({ ...piece, from });
    from = piece.to;
  }
  return found;
}
