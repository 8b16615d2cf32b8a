import { outputOf } from "../catalog/outputs.ts";
import { mend, type NewStretch, type TranscriptEdit } from "../captions/mend.ts";
import { MediaError } from "../media/errors.ts";
import { safeJobName } from "../media/keys.ts";
import type { Media } from "../media/media.ts";
import { toTranscribeJson } from "../media/to-transcribe-json.ts";
import { fromTranscribeJson, type StoredTranscript } from "../media/transcribe-json.ts";
import type { Word } from "../media/transcript.ts";
import { alignWords } from "./align-words.ts";
import { found } from "./find.ts";
import { checkIsFree, replaceTranscript } from "./replace-transcript.ts";
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

/** The words beside new ones are not moved, so these stay in between. */
function heldBetween(words: readonly Word[], stretches: readonly NewStretch[]): readonly Word[] {
  const held = [...words];
  for (const { from, to, startMs, endMs } of stretches) {
    const inside = (ms: number) => Math.min(Math.max(ms, startMs), endMs);
    const between = words
      .slice(from, to)
      .map((word) => ({ ...word, startMs: inside(word.startMs), endMs: inside(word.endMs) }));
    held.splice(from, between.length, ...between);
  }
  return held;
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
  const { languageCode } = before;
  const transcript = { words: mended.words, languageCode };
  const aligned = await alignWords(ports, media, transcript, mended.stretches);
  const words = heldBetween(aligned, mended.stretches);
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
