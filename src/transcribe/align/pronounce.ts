import type { Sandbox } from "../../sandbox/sandbox.ts";
import { commonCode } from "../sherpa/languages.ts";
import { pronunciationsOf } from "./dictionary.ts";
import { espeakPronunciations } from "./espeak.ts";
import { phonesOfLetters, spelledPhones } from "./letters.ts";

/** The pronunciations of a word, as phones of the acoustic model; none when nothing is known. */
export type Pronounce = (word: string) => readonly string[];

interface Parts {
  readonly sandbox: Sandbox;
  /** The model's dictionary of English words. */
  readonly dictionary: string;
  readonly workDir: string;
  readonly signal: AbortSignal;
}

/**
 * Learns how words are pronounced: English ones by the dictionary; what it lacks, and other languages,
 * by espeak-ng where it is installed; else a phone for each letter.
 */
export async function learnWords(
  { dictionary, ...where }: Parts,
  words: ReadonlySet<string>,
  languageCode: string,
): Promise<Pronounce> {
  const isEnglish = commonCode(languageCode) === "en";
  const small = new Set([...words].map((word) => word.toLowerCase()));
  const known = isEnglish ? await pronunciationsOf(dictionary, small) : new Map<string, string[]>();
  const unknown = [...small].filter((word) => !known.has(word));
  const guessed =
    unknown.length === 0
      ? new Map<string, string>()
      : await espeakPronunciations(where, unknown, languageCode);
  return (word) => {
    const lower = word.toLowerCase();
    const spelled = isEnglish ? spelledPhones(word) : undefined;
    const read = known.get(lower) ?? [guessed.get(lower) ?? phonesOfLetters(lower)];
    const all = [...read, ...(spelled === undefined ? [] : [spelled])];
    return [...new Set(all.filter((phones) => phones !== ""))];
  };
}
