import { outputOf } from "../catalog/outputs.ts";
import { mend, type NewStretch, type TranscriptEdit } from "../captions/mend.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import { safeJobName } from "../media/keys.ts";
import type { Media } from "../media/media.ts";
import { toTranscribeJson } from "../media/to-transcribe-json.ts";
import {
  fromTranscribeJson,
  undetermined,
  type StoredTranscript,
} from "../media/transcribe-json.ts";
import type { Word } from "../media/transcript.ts";
import { found } from "./find.ts";
import { checkIsFree, replaceTranscript } from "./import-transcript.ts";
import type { Ports } from "./ports.ts";
import { outputJson } from "./read-output.ts";

export type { TranscriptEdit };

/** Corrections of one transcript. */
export interface TranscriptEdits {
  /** In the order of the words, without overlaps; places are those of the transcript that is edited. */
  readonly edits?: readonly TranscriptEdit[] | undefined;
  /** New names of speakers, by those that they have. */
  readonly speakers?: Readonly<Record<string, string>> | undefined;
  /** The version of the transcript that is edited (of its output `transcribe`). */
  readonly expect: string;
}

/** What has become of a transcript. */
export interface EditedTranscript {
  readonly name: string;
  /** The version that is there now. */
  readonly version: string;
  /** The hash of what is there now. */
  readonly sha256: string;
  readonly words: readonly Word[];
  /** New words whose times were found in the sound. */
  readonly aligned: number;
  /** New words whose times are estimates. */
  readonly estimated: number;
}

const speakerName = /^[^\p{Cc}\p{Zl}\p{Zp}]{1,100}$/u;

function checkNames({ edits = [], speakers = {} }: TranscriptEdits): void {
  const names = [...Object.values(speakers), ...edits.flatMap(({ speaker }) => speaker ?? [])];
  const wrong = names.find((name) => !speakerName.test(name) || name.trim() === "");
  if (wrong === undefined) return;
  throw new MediaError("invalid_argument", `${JSON.stringify(wrong)} is no speaker's name`);
}

/** New words with the times at which they are said; estimates stay where nothing here aligns words. */
async function aligned(
  { catalog, engines, workDir }: Pick<Ports, "catalog" | "engines" | "workDir">,
  media: Media,
  { words, stretches }: { words: readonly Word[]; stretches: readonly NewStretch[] },
  languageCode: string,
): Promise<readonly Word[]> {
  const { alignRecording, settings } = await engines();
  const rendition = await outputOf(catalog, media, "audio");
  const isHeard = rendition !== undefined || media.facts?.audio !== undefined;
  if (alignRecording === undefined || stretches.length === 0 || !isHeard) return words;
  try {
    const heard = await alignRecording({
      media,
      rendition,
      passages: stretches.map(({ from, to, startMs, endMs }) => ({
        startMs,
        endMs,
        words: words.slice(from, to),
      })),
      languageCode: languageCode === undetermined ? settings.languageCode : languageCode,
      workDir,
    });
    return stretches.reduce(
      (all: readonly Word[], { from, to, startMs, endMs }, index) =>
        all.toSpliced(
          from,
          to - from,
          ...within(heard[index] ?? words.slice(from, to), startMs, endMs),
        ),
      words,
    );
  } catch (thrown) {
    if (asMediaError(thrown).code === "internal") throw thrown;
    return words;
  }
}

/** The words beside new ones are not moved, so these stay in between. */
function within(words: readonly Word[], fromMs: number, untilMs: number): Word[] {
  const inside = (ms: number): number => Math.min(Math.max(ms, fromMs), untilMs);
  return words.map((word) => ({
    ...word,
    startMs: inside(word.startMs),
    endMs: inside(word.endMs),
  }));
}

async function transcriptOf(
  ports: Pick<Ports, "catalog" | "objects">,
  media: Media,
  expect: string,
): Promise<StoredTranscript> {
  const stored = await outputOf(ports.catalog, media, "transcribe");
  if (stored === undefined)
    throw new MediaError("not_found", `${JSON.stringify(media.name)} has no transcript`);
  if (stored.version !== expect)
    throw new MediaError("precondition_failed", "another transcript is there by now");
  return fromTranscribeJson(await outputJson(ports, media, "transcribe"));
}

/**
 * Corrects words and names speakers. Words that stay keep their times; new ones get the times at which they are said,
 * else estimates. Captions, search and exports follow. From then on a transcription does not replace the transcript:
 * what it hears is kept beside it.
 * @throws MediaError `not_found`; `invalid_argument` that names the edit; `transcript_pending`;
 * `precondition_failed` when another transcript is there than was edited
 */
export async function editTranscript(
  ports: Pick<Ports, "catalog" | "engines" | "enter" | "objects" | "wakeUps" | "workDir">,
  which: string | Media,
  edits: TranscriptEdits,
): Promise<EditedTranscript> {
  checkNames(edits);
  const media = await found(ports, which);
  const { name, version, facts } = media;
  await checkIsFree(ports, media);
  await ports.enter();
  const before = await transcriptOf(ports, media, edits.expect);
  const mended = mend(before.words, edits.edits ?? [], edits.speakers);
  const words = await aligned(ports, media, mended, before.languageCode);
  await checkIsFree(ports, media);
  const { channels, ...rest } = before;
  // a channel that has a name is a speaker
  const hasNames = words.some(({ speaker }) => speaker !== undefined && !/^ch_\d+$/.test(speaker));
  const json = toTranscribeJson({
    jobName: safeJobName(name, version),
    transcript: {
      ...rest,
      words,
      corrections: (before.corrections ?? 0) + 1,
      ...(channels !== undefined && !hasNames && { channels }),
    },
    ...(before.languageIdentification && { languageIdentification: before.languageIdentification }),
    ...(facts?.durationMs !== undefined && { durationMs: facts.durationMs }),
  });
  const { object } = await replaceTranscript(ports, media, JSON.stringify(json), {
    expect: edits.expect,
    isCorrection: before.corrections !== undefined,
  });
  ports.wakeUps.wake();
  const fresh = mended.stretches.flatMap(({ from, to }) => words.slice(from, to));
  const estimated = fresh.filter(({ timing }) => timing === "estimated").length;
  return {
    name,
    version: object.version,
    sha256: object.sha256,
    words,
    aligned: fresh.length - estimated,
    estimated,
  };
}
