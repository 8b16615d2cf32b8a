/** Words as they are compared: lower case, without punctuation, apostrophes kept. */
function compared(text: string): string[] {
  const plain = text
    .toLowerCase()
    .replaceAll("’", "'")
    .replace(/[^\p{L}\p{M}\p{N}']+/gu, " ");
  return plain.split(" ").filter((word) => word !== "");
}

/** How far a transcript is from what was said. */
export interface WordError {
  /** Words put in, left out or mistaken: the least that turns one into the other (Levenshtein). */
  readonly errors: number;
  /** Words that were said. */
  readonly words: number;
}

/** Compares what was heard with what was said; letter case and punctuation do not count. */
export function wordError(said: string, heard: string): WordError {
  const reference = compared(said);
  const hypothesis = compared(heard);
  let row = Array.from({ length: hypothesis.length + 1 }, (_, index) => index);
  for (const [index, word] of reference.entries()) {
    const next = [index + 1];
    for (const [column, other] of hypothesis.entries()) {
      const replaced = (row[column] ?? 0) + (word === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return { errors: row.at(-1) ?? 0, words: reference.length };
}

/** Word error rate over several recordings: all errors over all words said. */
export function wordErrorRate(results: readonly WordError[]): number {
  const errors = results.reduce((sum, result) => sum + result.errors, 0);
  const words = results.reduce((sum, result) => sum + result.words, 0);
  return errors / words;
}
