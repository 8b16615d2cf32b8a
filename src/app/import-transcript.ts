import { outputOf } from "../catalog/outputs.ts";
import type { Change } from "../catalog/catalog.ts";
import { readTranscriptFile } from "../captions/read/read.ts";
import type { TranscriptFileFormat } from "../captions/read/passage.ts";
import { untimedStretches } from "../captions/read/untimed.ts";
import { wordsOfPassage } from "../captions/read/words-of-passages.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import { timeOf } from "../media/ids.ts";
import {
  earlierTranscriptKey,
  isEarlierTranscript,
  outputKey,
  safeJobName,
} from "../media/keys.ts";
import type { Media, StoredObject } from "../media/media.ts";
import { isLanguageCode } from "../media/speech.ts";
import { toTranscribeJson } from "../media/to-transcribe-json.ts";
import { undetermined } from "../media/transcribe-json.ts";
import type { Transcript, Word } from "../media/transcript.ts";
import { putText } from "../objects/stored.ts";
import { follow, followImport } from "../pipeline.ts";
import { found } from "./find.ts";
import type { Ports } from "./ports.ts";

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

/** The steps from which a transcript of our own may still come. */
const leading: ReadonlySet<string> = new Set(["probe", "audio", "transcribe"]);

/** @throws MediaError `transcript_pending`; `invalid_argument` for a picture */
export async function checkIsFree(
  { catalog }: Pick<Ports, "catalog">,
  media: Media,
): Promise<void> {
  const { name } = media;
  const isOpen = (await catalog.listJobs({ media })).some(
    ({ step, state }) => leading.has(step) && (state === "queued" || state === "running"),
  );
  if (isOpen)
    throw new MediaError("transcript_pending", `${JSON.stringify(name)} is just being transcribed`);
  if (media.type === "image")
    throw new MediaError(
      "invalid_argument",
      `${JSON.stringify(name)} is a picture: nothing is said in it`,
    );
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
 * The words, with the times at which those are said that the file has no times for. They keep their estimates
 * where nothing here aligns words, or the recording cannot be heard.
 */
async function alignedWords(
  { catalog, engines, workDir }: Pick<Ports, "catalog" | "engines" | "workDir">,
  media: Media,
  { transcript, untimed }: ReturnType<typeof transcriptOf>,
): Promise<readonly Word[]> {
  const { words, languageCode } = transcript;
  const { alignRecording, settings } = await engines();
  const rendition = await outputOf(catalog, media, "audio");
  const isHeard = rendition !== undefined || media.facts?.audio !== undefined;
  if (alignRecording === undefined || untimed.length === 0 || !isHeard) return words;
  const request = {
    media,
    rendition,
    passages: untimed.map(({ from, to, ...where }) => ({ ...where, words: words.slice(from, to) })),
    languageCode: languageCode === undetermined ? settings.languageCode : languageCode,
    workDir,
  };
  try {
    const aligned = await alignRecording(request);
    return untimed.reduce(
      (all: readonly Word[], { from, to }, index) =>
        all.toSpliced(from, to - from, ...(aligned[index] ?? words.slice(from, to))),
      words,
    );
  } catch (thrown) {
    if (asMediaError(thrown).code === "internal") throw thrown;
    return words;
  }
}

/** So many earlier transcripts are kept. */
const mostEarlier = 10;

/** Corrections within this time are one version: the transcript before them is kept once. */
const oneVersionMs = 10 * 60_000;

/** The changes that keep the transcript that was there, and forget the oldest ones but the first. */
function earlierChanges(
  { name, version }: Media,
  old: StoredObject | undefined,
  outputs: readonly StoredObject[],
): Change[] {
  if (old === undefined) return [];
  const key = earlierTranscriptKey(name, old.version);
  const others = outputs
    .filter((one) => isEarlierTranscript(one.key, name) && one.key !== key)
    .toSorted((a, b) => timeOf(b.version) - timeOf(a.version));
  return [
    { type: "putOutput", version, object: { ...old, key } },
    ...others
      .slice(mostEarlier - 2, -1)
      .map((one): Change => ({ type: "dropOutput", version, key: one.key })),
  ];
}

interface ReplaceOptions {
  /** The version of the transcript that must be there; null: none may be. Absent: any. */
  readonly expect?: string | null | undefined;
  /** One correction after another: what is there is kept once in ten minutes. Default: it is kept. */
  readonly isCorrection?: boolean;
}

/**
 * Puts a transcript in the place of the one that is there, which is kept beside it. Returns both.
 * @throws MediaError `precondition_failed` when another one is there than is expected; `not_found`
 */
export async function replaceTranscript(
  ports: Pick<Ports, "catalog" | "engines" | "objects">,
  media: Media,
  json: string,
  { expect, isCorrection = false }: ReplaceOptions,
): Promise<{ readonly object: StoredObject; readonly old: StoredObject | undefined }> {
  const { catalog, objects } = ports;
  const { name, version } = media;
  const key = outputKey("transcribe", name);
  const speech = (await catalog.transcriptionOptions(media)) ?? {};
  const settings = (await ports.engines()).settingsFor(speech, media.facts);
  for (;;) {
    const outputs = await catalog.listOutputs(media);
    const old = outputs.find((one) => one.key === key);
    const there = old?.version ?? null;
    if (expect !== undefined && expect !== there)
      throw new MediaError("precondition_failed", "another transcript is there by now");
    const object = await putText(objects, { bucket: "outputs", key }, json, "application/json");
    const created = { type: "transcript.created", name, version } as const;
    const age = old === undefined ? 0 : timeOf(object.version) - timeOf(old.version);
    const isKept = !isCorrection || age > oneVersionMs;
    const event = { ...created, transcript: object.version };
    const follows =
      media.facts?.audio === undefined ? follow(event, settings) : followImport(event, settings);
    const applied = await catalog.apply({
      expect: { name, version, output: { key, version: there } },
      changes: [
        ...(isKept ? earlierChanges(media, old, outputs) : []),
        { type: "putOutput", version, object },
        { type: "event", event },
        ...follows,
      ],
    });
    if (applied === "applied") return { object, old };
    await objects.remove(object);
    if ((await catalog.getMedia(name))?.version !== version)
      throw new MediaError(
        "not_found",
        `${JSON.stringify(name)} was replaced or removed meanwhile`,
      );
  }
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
  const transcript = { ...read.transcript, words: await alignedWords(ports, media, read) };
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
