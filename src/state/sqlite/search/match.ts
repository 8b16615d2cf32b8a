import type { Phrase, Term } from "../../../search/terms.ts";

/** Tokens hold no quotation mark: nothing has to be escaped. */
const phraseText = ({ tokens, isPrefix }: Phrase): string =>
  `"${tokens.join(" ")}"${isPrefix ? "*" : ""}`;

/** The terms as an FTS5 query: every one must be there. Undefined when there are none. */
export function matchExpression(terms: readonly Term[]): string | undefined {
  if (terms.length === 0) return undefined;
  return terms
    .map((term) =>
      term.length === 1 ? phraseText(term[0]) : `(${term.map(phraseText).join(" OR ")})`,
    )
    .join(" AND ");
}
