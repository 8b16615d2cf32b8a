import { readTranscriptFile } from "../captions/read/read.ts";
import type { TranscriptFileFormat } from "../captions/read/passage.ts";
import { untimedStretches } from "../captions/read/untimed.ts";
import { wordsOfPassage } from "../captions/read/words-of-passages.ts";
import { MediaError } from "../media/errors.ts";
import { earlierTranscriptKey, safeJobName } from "../media/keys.ts";
import type { Media } from "../media/media.ts";
import { isLanguageCode } from "../media/speech.ts";
import { toTranscribeJson } from "../media/to-transcribe-json.ts";
import { undetermined } from "../media/transcribe-json.ts";
import type { Transcript, Word } from "../media/transcript.ts";
import { alignWords } from "./align-words.ts";
import { found } from "./find.ts";
import type { Ports } from "./ports.ts";
import { checkIsFree, replaceTranscript } from "./replace-transcript.ts";

export interface ImportOptions {
  /** BCP 47. Default: what the file says, else unknown. */
  readonly language?: string | undefined;
  /** The version of the transcript that must be there; null: none may be. Default: any. */
  readonly expect?: string | null;
}

/** What was imported. */
export interface ImportedTranscript {
  readonly name: string;
  readonly format: TranscriptFileFormat;
  /** BCP 47, or `und`. */
  readonly languageCode: string;
  readonly words: number;
  /** How many of them have times that are estimates. */
  readonly estimated: number;
  /** The key at which the transcript that was there before is kept. */
  readonly earlier?: string;
}

function transcriptOf(file: Uint8Array, { language }: ImportOptions) {
  if (language !== undefined && !isLanguageCode(language))
    throw new MediaError(
      "invalid_argument",
      `${JSON.stringify(language)} is no language; they look like en-US, de-DE`,
    );
  const read = readTranscriptFile(file);
  const words: Word[] = read.passages.flatMap(wordsOfPassage);
  const engine = read.engine ?? { name: "import", version: "1", model: read.format };
  const languageCode = language ?? read.languageCode ?? undetermined;
  const transcript = { words, languageCode, engine } satisfies Transcript;
  return { format: read.format, transcript, untimed: untimedStretches(read.passages, words) };
}

/**
 * Takes a file of another program as the transcript of a media file; captions, search and exports follow as
 * after a step of our own. The transcript that was there is kept as an output of its own.
 * @throws MediaError `not_found`; `invalid_argument` that names the place in the file;
 * `transcript_pending` while a transcript of our own is being made; `precondition_failed`
 */
export async function importTranscript(
  ports: Pick<Ports, "catalog" | "engines" | "enter" | "objects" | "wakeUps" | "workDir">,
  which: string | Media,
  file: Uint8Array,
  options: ImportOptions = {},
): Promise<ImportedTranscript> {
  const media = await found(ports, which);
  const { name, version, facts } = media;
  await checkIsFree(ports, media);
  await ports.enter();
  const read = transcriptOf(file, options);
  const transcript = {
    ...read.transcript,
    words: await alignWords(ports, media, read.transcript, read.untimed),
  };
  await checkIsFree(ports, media);
  const json = toTranscribeJson({
    jobName: safeJobName(name, version),
    transcript,
    ...(facts?.durationMs !== undefined && { durationMs: facts.durationMs }),
  });
  const { expect } = options;
  const { old } = await replaceTranscript(ports, media, JSON.stringify(json), { expect });
  ports.wakeUps.wake();
  const { words, languageCode } = transcript;
  return {
    name,
    format: read.format,
    languageCode,
    words: words.length,
    estimated: words.filter(({ timing }) => timing === "estimated").length,
    ...(old !== undefined && { earlier: earlierTranscriptKey(name, old.version) }),
  };
}
