import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MediaError } from "../../media/errors.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { runToEnd } from "../../sandbox/run.ts";
import { commonCode } from "../sherpa/languages.ts";
import { phonesOfIpa } from "./ipa.ts";

/** Voices that are called otherwise than their language's primary code. */
const voices: Readonly<Record<string, string>> = {
  "en-us": "en-us",
  "en-gb": "en-gb",
  "pt-br": "pt-br",
  "es-419": "es-419",
  "fr-be": "fr-be",
  en: "en-us",
  no: "nb",
  zh: "cmn",
  tl: "fil",
};

const voiceOf = (languageCode: string): string =>
  voices[languageCode.toLowerCase()] ??
  voices[commonCode(languageCode)] ??
  commonCode(languageCode);

const limits = { wallMs: 60_000, cpuSeconds: 60, memoryBytes: 2 ** 31, fileSizeBytes: 0 };

/** Most words of one process; most of them that are asked again, one by one. */
const mostAtOnce = 2_000;
const mostAlone = 50;

/** A word on a line of its own, whatever characters it brought along. */
const oneLine = (word: string): string =>
  word
    .replace(/[\s\p{Cc}.]+/gu, " ")
    .trim()
    .slice(0, 200);

interface Where {
  readonly sandbox: Sandbox;
  /** An existing folder, in which the words wait for the program. */
  readonly workDir: string;
  readonly signal: AbortSignal;
}

/**
 * Pronounces words by espeak-ng, in the phones of the English acoustic model. A word that it cannot
 * say is missing from the result; without the program, or a voice for the language, all are.
 */
export async function espeakPronunciations(
  { sandbox, workDir, signal }: Where,
  words: readonly string[],
  languageCode: string,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  /** What it says to a text: a line for each of its clauses. Undefined without program or voice. */
  async function ipaOf(text: string): Promise<string[] | undefined> {
    const path = join(workDir, "words.txt");
    const args = ["-q", "--ipa", "--sep=_", "-b", "1", "-v", voiceOf(languageCode), "-f", path];
    const command = { command: "espeak-ng", args, reads: [path], writes: [], limits, signal };
    try {
      await writeFile(path, text);
      const { exitCode, stdout } = await runToEnd(sandbox, command);
      if (exitCode !== 0) return undefined;
      return stdout.split("\n").filter((line) => line.trim() !== "");
    } catch (thrown) {
      if (thrown instanceof MediaError && thrown.code === "cancelled") throw thrown;
      return undefined;
    } finally {
      await rm(path, { force: true });
    }
  }
  const note = (word: string, ipa: string | undefined): void => {
    const phones = phonesOfIpa(ipa ?? "");
    if (phones !== "") found.set(word, phones);
  };
  let alone = 0;
  for (let from = 0; from < words.length; from += mostAtOnce) {
    const some = words.slice(from, from + mostAtOnce);
    const lines = await ipaOf(some.map((word) => `${oneLine(word)}\n\n`).join(""));
    if (lines === undefined) return found;
    if (lines.length === some.length)
      for (const [index, word] of some.entries()) note(word, lines[index]);
    else
      for (const word of some) {
        if ((alone += 1) > mostAlone) return found;
        note(word, (await ipaOf(`${oneLine(word)}\n`))?.join(" "));
      }
  }
  return found;
}
