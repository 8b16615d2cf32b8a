/** Words of a command line as a shell reads them, up to a place where somebody is still typing. */

/** The words of a line, without their quotes; the last one is the unfinished one, empty after a space. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  let word = "";
  let isWord = false;
  let quote: string | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const sign = line.charAt(at);
    if (quote !== undefined && sign === quote) quote = undefined;
    else if (sign === "\\" && quote !== "'" && at + 1 < line.length) {
      at += 1;
      // in double quotes a backslash quotes only a few signs
      const isQuoted = quote === undefined || /["\\$`]/.test(line.charAt(at));
      word += isQuoted ? line.charAt(at) : sign + line.charAt(at);
      isWord = true;
    } else if (quote === undefined && (sign === "'" || sign === '"')) {
      quote = sign;
      isWord = true;
    } else if (quote === undefined && /\s/.test(sign)) {
      if (isWord) words.push(word);
      [word, isWord] = ["", false];
    } else {
      word += sign;
      isWord = true;
    }
  }
  return [...words, word];
}
