import { readFile, stat } from "node:fs/promises";
import type { ImportedTranscript } from "../app/import-transcript.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { count } from "./format.ts";
import { printable } from "./text.ts";

/** A transcript of twelve hours has about 25 MB. */
const largestBytes = 64 * 1024 ** 2;

const formats: Readonly<Record<ImportedTranscript["format"], string>> = {
  transcribe: "Amazon Transcribe's JSON",
  whisper: "Whisper's JSON",
  vtt: "WebVTT",
  srt: "SRT",
};

async function read(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > largestBytes)
      throw new MediaError("too_large", `${printable(path)} has more than 64 MB`, {
        remedy: "Cut the transcript, and import it for parts of the recording.",
      });
    return await readFile(path);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code !== "ENOENT") throw asMediaError(error);
    throw new MediaError("not_found", `there is no file ${printable(path)}`, {
      remedy: "Check its path.",
    });
  }
}

function lines(imported: ImportedTranscript): string[] {
  const { name, format, languageCode, words, estimated, earlier } = imported;
  const language = languageCode === "und" ? "" : `, ${languageCode}`;
  return [
    `${printable(name)}: ${count(words, "word")} from ${formats[format]}${language}`,
    ...(estimated === 0 ? [] : [`  the times of ${count(estimated, "word")} are estimates`]),
    ...(earlier === undefined ? [] : [`  the earlier transcript is kept as ${printable(earlier)}`]),
  ];
}

/** `dailies transcript import`; an ImportedTranscript with --json. */
export async function importTranscript(
  context: Context,
  name: string,
  path: string,
  { language }: { readonly language?: string },
): Promise<number> {
  const file = await read(path);
  return context.withDailies(async (dailies) => {
    const imported = await dailies.importTranscript(name, file, { language });
    const { output } = context;
    if (output.mode === "human") output.lines(lines(imported));
    else output.document(imported);
    const { finished } = await dailies.reprocess([name], { only: ["index"] });
    const isFailed = finished
      .flatMap(({ jobs }) => jobs)
      .some(({ step, state }) => step === "index" && state === "failed");
    return isFailed ? exitCodes.someFailed : exitCodes.done;
  });
}
