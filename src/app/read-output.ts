import { outputOf } from "../catalog/outputs.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import type { OutputKind } from "../media/keys.ts";
import type { Media, StoredObject } from "../media/media.ts";
import { fromTranscribeJson } from "../media/transcribe-json.ts";
import type { Transcript } from "../media/transcript.ts";
import { readJson } from "../objects/stored.ts";
import type { Ports } from "./ports.ts";

type Reading = Pick<Ports, "catalog" | "objects">;

/** An output of a media file that is JSON, parsed; undefined when there is none (yet). */
export async function outputJson(
  { catalog, objects }: Reading,
  media: Pick<Media, "name" | "version">,
  kind: OutputKind,
): Promise<unknown> {
  const object = await outputOf(catalog, media, kind);
  return object === undefined ? undefined : readJson(objects, object);
}

/** A media file's transcript; undefined when there is none (yet). */
export async function findTranscript(
  ports: Reading,
  media: Pick<Media, "name" | "version">,
): Promise<Transcript | undefined> {
  const json = await outputJson(ports, media, "transcribe");
  return json === undefined ? undefined : fromTranscribeJson(json);
}

/** Whether people have corrected a media file's transcript. One whose bytes are lost has no corrections left. */
export async function hasCorrections(
  ports: Reading,
  media: Pick<Media, "name" | "version">,
): Promise<boolean> {
  try {
    return (await findTranscript(ports, media))?.corrections !== undefined;
  } catch (error) {
    if (asMediaError(error).code === "not_found") return false;
    throw error;
  }
}

/** A media file's captions as WebVTT and their language; undefined when there are none (yet), or in silence. */
export async function captionsOf(
  ports: Reading,
  media: Pick<Media, "name" | "version">,
): Promise<{ readonly languageCode: string; readonly vtt: StoredObject } | undefined> {
  const vtt = await outputOf(ports.catalog, media, "captions-vtt");
  const transcript = vtt && (await findTranscript(ports, media));
  if (transcript?.words.length === 0) return undefined; // nobody speaks
  return vtt && transcript && { languageCode: transcript.languageCode, vtt };
}

/** @throws MediaError `not_found` when the media file has no transcript (yet) */
export async function readTranscript(
  ports: Reading,
  media: Pick<Media, "name" | "version">,
): Promise<Transcript> {
  const transcript = await findTranscript(ports, media);
  if (transcript !== undefined) return transcript;
  throw new MediaError("not_found", `${JSON.stringify(media.name)} has no transcript`);
}
