/**
 * sherpa drops letters whose bytes are spread over several tokens (Chinese, Hindi, emoji), from `text` as well:
 * it makes each token a text of its own. So models whose tables of tokens hold bytes (Whisper, Moonshine) get a
 * table in which each byte is a letter that is whole, U+0100 + byte, and the bytes are put together here.
 */
const base = 0x100;

/** A table of tokens, `<base64 of a token's bytes> <id>` a line, with a letter for each byte. */
export function tableOfLetters(table: string): string {
  return table.replaceAll(/^([\w+/=]*) (?=\d+\s*$)/gm, (_line, token: string) => {
    const letters = [...Buffer.from(token, "base64")].map((byte) =>
      String.fromCharCode(base + byte),
    );
    return `${Buffer.from(letters.join("")).toString("base64")} `;
  });
}

/** The text of each token of such a table; a letter belongs to the token in which it is whole. */
export function textsOfTokens(tokens: readonly string[]): string[] {
  const decoder = new TextDecoder();
  return tokens.map((token, index) => {
    const bytes = Buffer.from(
      Array.from(token, (letter) => (letter.codePointAt(0) ?? base) - base),
    );
    return decoder.decode(bytes, { stream: index < tokens.length - 1 });
  });
}
