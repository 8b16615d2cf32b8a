import { readFile } from "node:fs/promises";
import { unreachable } from "../media/errors.ts";
import type { Vocabulary } from "../media/speech.ts";
import { readVocabulary } from "../transcribe/vocabulary-file.ts";

/** Reads a file of phrases. @throws MediaError `not_found`, `invalid_argument` */
export async function vocabularyFrom(path: string): Promise<Vocabulary> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw unreachable(path, cause, "vocabulary");
  });
  return readVocabulary(bytes, path);
}
