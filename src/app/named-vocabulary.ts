import type { Vocabulary } from "../media/speech.ts";
import { readVocabulary, vocabularyOf } from "../transcribe/vocabulary-file.ts";

/**
 * A vocabulary of phrases as Amazon Transcribe takes them: a hyphen joins the words of a phrase (`Los-Angeles`).
 * The same phrase twice counts once.
 */
export function vocabularyOfPhrases(phrases: readonly string[]): Vocabulary {
  const spoken = phrases.map((phrase) => phrase.replaceAll("-", " ").trim());
  return vocabularyOf([...new Set(spoken)].map((phrase) => ({ phrase })));
}

/** A vocabulary in a file's form. @throws MediaError `invalid_argument` with the file and the line */
export const vocabularyOfFile = (bytes: Uint8Array, name: string): Vocabulary =>
  readVocabulary(bytes, name);

/** The same as a vocabulary again, from phrases that were kept. */
export { vocabularyOf };
