import { outputOf } from "../catalog/outputs.ts";
import type { Change } from "../catalog/catalog.ts";
import { readTranscriptFile } from "../captions/read/read.ts";
import type { TranscriptFileFormat } from "../captions/read/passage.ts";
import { untimedStretches } from "../captions/read/untimed.ts";
import { wordsOfPassage } from "../captions/read/words-of-passages.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import type { MediaEvent } from "../media/event.ts";
import { earlierTranscriptKey, outputKey, safeJobName } from "../media/keys.ts";
import type { Media, StoredObject } from "../media/media.ts";
import { isLanguageCode } from "../media/speech.ts";
import { toTranscribeJson } from "../media/to-transcribe-json.ts";
import { undetermined } from "../media/transcribe-json.ts";
import type { Transcript, Word } from "../media/transcript.ts";
import { putText } from "../objects/stored.ts";
import { follow } from "../pipeline.ts";
import { found } from "./find.ts";
import type { Ports } from "./ports.ts";

export interface ImportOptions {
  /** BCP 47. Default: what the file says, else unknown. */
  readonly language?: string | undefined;
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

async function checkIsFree({ catalog }: Pick<Ports, "catalog">, media: Media): Promise<void> {
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

/** The changes that put a transcript in the place of the one that is there, which is kept beside it. */
function changesFor(media: Media, old: StoredObject | undefined, object: StoredObject): Change[] {
  const { name, version } = media;
  const key = old && earlierTranscriptKey(name, old.version);
  return [
    ...(old === undefined || key === undefined
      ? []
      : [{ type: "putOutput", version, object: { ...old, key } } as const]),
    { type: "putOutput", version, object },
  ];
}

/**
 * Takes a file of another program as the transcript of a media file; captions, search and exports follow as
 * after a step of our own. The transcript that was there is kept as an output of its own.
 * @throws MediaError `not_found`; `invalid_argument` that names the place in the file;
 * `transcript_pending` while a transcript of our own is being made
 */
export async function importTranscript(
  ports: Pick<Ports, "catalog" | "engines" | "enter" | "objects" | "wakeUps" | "workDir">,
  which: string | Media,
  file: Uint8Array,
  options: ImportOptions = {},
): Promise<ImportedTranscript> {
  const { catalog, objects } = ports;
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
  const old = await outputOf(catalog, media, "transcribe");
  const place = { bucket: "outputs", key: outputKey("transcribe", name) } as const;
  const object = await putText(objects, place, JSON.stringify(json), "application/json");
  const event: MediaEvent = {
    type: "transcript.created",
    name,
    version,
    transcript: object.version,
  };
  const { settings } = await ports.engines();
  const applied = await catalog.apply({
    expect: { name, version },
    changes: [
      ...changesFor(media, old, object),
      { type: "event", event },
      ...follow(event, settings),
    ],
  });
  if (applied === "superseded") {
    await objects.remove(object);
    throw new MediaError("not_found", `${JSON.stringify(name)} was replaced or removed meanwhile`);
  }
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
