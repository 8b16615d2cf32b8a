import { MediaError } from "../media/errors.ts";
import { cut } from "./cut.ts";
import { isKorean, koreanForms } from "./korean.ts";

/** Tokens that follow one another. */
export interface Phrase {
  readonly tokens: readonly string[];
  /** Whether the last one may go on. */
  readonly isPrefix: boolean;
}

/** One word or phrase of a search: a media file must hold any of these. */
export type Term = readonly [Phrase, ...Phrase[]];

/** Different words and phrases of one search; each of them is looked up and ranked by itself. */
const maxTerms = 32;

/** Quotation marks of any language. A straight one inside a Hebrew abbreviation is none. */
const quotation = /(?<!\p{sc=Hebrew}(?="\p{sc=Hebrew}))["“”„‟«»‹›「」『』〝〞〟＂]/u;
const space = /[^\S\u00a0\u2007\u202f]+/u;
const digitGroups = /(?<!\S)\d{1,3}(?: \d{3})+(?![^\s*])/gu;

/** What stands between quotation marks, and each other word. A mark without a partner is passed over. */
function pieces(typed: string): string[] {
  const parts = typed.replaceAll("\0", " ").split(quotation);
  return parts.flatMap((part, index) => {
    const isQuoted = index % 2 === 1 && index < parts.length - 1;
    if (!isQuoted)
      return part.replace(digitGroups, (all) => all.replaceAll(" ", "\u00a0")).split(space);
    return [parts[index + 1]?.startsWith("*") ? `${part}*` : part];
  });
}

/** `covid19` may be said as two words. */
const lettersAndDigits = (token: string): readonly string[] =>
  token.includes("·") ? [token] : (token.match(/\d+|\D+/g) ?? []);

function termOf(piece: string): Term | undefined {
  const found = cut(piece.replaceAll("*", " ").trim());
  const tokens = found.map(({ token }) => token);
  const last = tokens.at(-1);
  if (last === undefined) return undefined;
  const apart = found.flatMap(({ token, parts }) => parts ?? lettersAndDigits(token));
  const isPrefix = /\*\s*$/.test(piece);
  const forms = isKorean(last) && !isPrefix ? koreanForms(last) : [{ token: last, isPrefix }];
  const [first, ...others] = forms.map((form): Phrase => ({
    tokens: [...tokens.slice(0, -1), form.token],
    isPrefix: form.isPrefix,
  }));
  if (first === undefined) return undefined;
  const isSame = apart.join(" ") === tokens.join(" ");
  return isSame ? [first, ...others] : [first, { tokens: apart, isPrefix }, ...others];
}

/**
 * What a person typed: words that must all be there; what stands in quotation marks as a phrase; `sol*` for
 * all that begins so. What is said twice counts once.
 * @throws MediaError `invalid_argument` when there are too many different words
 */
export function termsOf(typed: string): Term[] {
  const terms = pieces(typed).flatMap((piece) => {
    const term = termOf(piece);
    return term === undefined ? [] : [term];
  });
  const different = new Map(terms.map((term) => [JSON.stringify(term), term]));
  if (different.size > maxTerms)
    throw new MediaError(
      "invalid_argument",
      `a search takes ${maxTerms} different words at most, not ${different.size}`,
      { remedy: "Leave out the common ones." },
    );
  return [...different.values()];
}

/** Whether tokens hold a phrase. */
function holdsPhrase(tokens: readonly string[], { tokens: asked, isPrefix }: Phrase): boolean {
  const fits = (token: string | undefined, index: number): boolean => {
    const wanted = asked[index] ?? "";
    const mayGoOn = isPrefix && index === asked.length - 1;
    return mayGoOn ? (token?.startsWith(wanted) ?? false) : token === wanted;
  };
  return tokens.some((_token, at) =>
    asked.every((_asked, index) => fits(tokens[at + index], index)),
  );
}

/** Whether a text in its searchable form, tokens with spaces between them, holds any of the terms. */
export function holdsAny(searchable: string, terms: readonly Term[]): boolean {
  const tokens = searchable.split(" ");
  return terms.some((term) => term.some((phrase) => holdsPhrase(tokens, phrase)));
}
