import { outputOf } from "../catalog/outputs.ts";
import type { Change } from "../catalog/catalog.ts";
import { readTranscriptFile } from "../captions/read/read.ts";
import type { TranscriptFileFormat } from "../captions/read/passage.ts";
import { wordsOfPassage } from "../captions/read/words-of-passages.ts";
import { MediaError } from "../media/errors.ts";
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
  return { format: read.format, transcript: { words, languageCode, engine } satisfies Transcript };
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
  ports: Pick<Ports, "catalog" | "engines" | "enter" | "objects" | "wakeUps">,
  which: string | Media,
  file: Uint8Array,
  options: ImportOptions = {},
): Promise<ImportedTranscript> {
  const { catalog, objects } = ports;
  const media = await found(ports, which);
  const { name, version, facts } = media;
  await checkIsFree(ports, media);
  const { format, transcript } = transcriptOf(file, options);
  const json = toTranscribeJson({
    jobName: safeJobName(name, version),
    transcript,
    ...(facts?.durationMs !== undefined && { durationMs: facts.durationMs }),
  });
  await ports.enter();
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
    format,
    languageCode,
    words: words.length,
    estimated: words.filter(({ timing }) => timing === "estimated").length,
    ...(old !== undefined && { earlier: earlierTranscriptKey(name, old.version) }),
  };
}
