import { cut } from "./cut.ts";

/**
 * What a full-text index is given, from which the place of a hit is read back. Both texts consist of
 * lower-case ASCII letters, digits and characters beyond ASCII; every other ASCII character separates.
 */
export interface IndexedText {
  /**
   * The tokens of each word. A space begins the next word, a line feed the next token of the same word,
   * so the number of spaces before a token is the number of its word. `-` stands behind a compound.
   */
  readonly text: string;
  /** The parts of each compound, in their order, `apart` between them: `covid 19` of `COVID-19`. */
  readonly compounds: string;
}

const tokenEnd = "\n";
/** A token of its own, which no text has, so that no phrase goes from one compound or label to the next. */
export const apart = " · ";

/** The searchable text of words. Pure: the same words give the same text in every store. */
export function indexedText(words: readonly string[]): IndexedText {
  const compounds: string[] = [];
  const text = words
    .map((word) =>
      cut(word)
        .map(({ token, parts }) => {
          if (parts === undefined) return token;
          compounds.push(parts.join(tokenEnd));
          return `${token}-`;
        })
        .join(tokenEnd),
    )
    .join(" ");
  return { text, compounds: compounds.join(apart) };
}

/** The searchable form of names, in which no places are looked up. */
export function indexedNames(names: readonly string[]): string {
  return names
    .map((name) =>
      cut(name)
        .flatMap(({ token, parts = [] }) => [...parts, token])
        .join(" "),
    )
    .join(apart);
}
