import { outputOf } from "../catalog/outputs.ts";
import { asMediaError } from "../media/errors.ts";
import type { Media } from "../media/media.ts";
import { undetermined } from "../media/transcribe-json.ts";
import type { Transcript, Word } from "../media/transcript.ts";
import type { Ports } from "./ports.ts";

/** A run of words, from one place up to another, and the part of the recording in which they are said. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The words, those of the stretches with the times at which they are said. They keep their estimates where nothing here
 * aligns words, or the recording cannot be heard.
 */
export async function alignWords(
  { catalog, engines, workDir }: Pick<Ports, "catalog" | "engines" | "workDir">,
  media: Media,
  { words, languageCode }: Pick<Transcript, "words" | "languageCode">,
  stretches: readonly Stretch[],
): Promise<readonly Word[]> {
  const { alignRecording, settings } = await engines();
  const rendition = await outputOf(catalog, media, "audio");
  const isHeard = rendition !== undefined || media.facts?.audio !== undefined;
  if (alignRecording === undefined || stretches.length === 0 || !isHeard) return words;
  const wordsOf = ({ from, to }: Stretch) => words.slice(from, to);
  try {
    const aligned = await alignRecording({
      media,
      rendition,
      passages: stretches.map((one) => ({
        startMs: one.startMs,
        endMs: one.endMs,
        words: wordsOf(one),
      })),
      languageCode: languageCode === undetermined ? settings.languageCode : languageCode,
      workDir,
    });
    return stretches.reduce(
      (all: readonly Word[], one, index) =>
        all.toSpliced(one.from, one.to - one.from, ...(aligned[index] ?? wordsOf(one))),
      words,
    );
  } catch (thrown) {
    if (asMediaError(thrown).code === "internal") throw thrown;
    return words;
  }
}
