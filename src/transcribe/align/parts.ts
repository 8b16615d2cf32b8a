import { commonCode } from "../sherpa/languages.ts";
import { spokenNumber, spokenSign } from "./numerals.ts";

/**
 * What is said for a part of a word: `plain` words one after the other, which a pause may part, or
 * one of several readings of a numeral.
 */
export type SpokenPart =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "readings"; readonly readings: readonly (readonly string[])[] };

/** More parts than this is no word that anybody says. */
const mostParts = 40;

const trimmed = (text: string): string => text.replace(/^['’]+|['’]+$/g, "");

/** Pieces of letters and digits: `well-known` is two, `10:30` is two, `R2D2` four. */
function pieces(token: string): string[] {
  return token
    .replaceAll("’", "'")
    .split(/[^\p{L}\p{M}\p{N}'&%@+=]+/u)
    .flatMap((piece) => piece.match(/\p{N}+|[&%@+=]|[\p{L}\p{M}']+/gu) ?? [])
    .map(trimmed)
    .filter((piece) => piece !== "");
}

function englishParts(token: string): SpokenPart[] {
  const bare = token.replace(/^[([{"“]+|[)\]}"”,.;:!?]+$/gu, "");
  const readings = spokenNumber(bare);
  if (readings !== undefined) return [partOf(readings)];
  return pieces(token).map((piece): SpokenPart => {
    const said = spokenNumber(piece) ?? [[spokenSign(piece) ?? piece]];
    return partOf(said);
  });
}

function partOf(readings: readonly (readonly string[])[]): SpokenPart {
  const [only = []] = readings;
  return readings.length > 1 ? { kind: "readings", readings } : { kind: "words", words: only };
}

/**
 * What is said when a word is read aloud; empty when nothing is. English numerals are written out;
 * in other languages a token with digits stays whole, for espeak-ng to read.
 */
export function spokenParts(token: string, languageCode: string): readonly SpokenPart[] {
  if (commonCode(languageCode) === "en") return englishParts(token).slice(0, mostParts);
  if (/\p{N}/u.test(token)) return [{ kind: "words", words: [token] }];
  const words = pieces(token);
  return words.length === 0 ? [] : [{ kind: "words", words: words.slice(0, mostParts) }];
}
