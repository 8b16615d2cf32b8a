import { mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { timeLimitMs, type Limits } from "../../media/limits.ts";
import type { Media, StoredObject } from "../../media/media.ts";
import type { Word } from "../../media/transcript.ts";
import { withLocalFile } from "../../objects/local-file.ts";
import type { ObjectStore } from "../../objects/object-store.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { decodeSound } from "../decode-sound.ts";
import { ownSound } from "../own-sound.ts";
import type { Aligner } from "./aligner.ts";
import { alignWords } from "./align-words.ts";

/** Words of a stretch of a recording, with times that are estimates. */
export interface EstimatedPassage {
  readonly startMs: number;
  readonly endMs: number;
  readonly words: readonly Word[];
}

export interface AlignRecordingRequest {
  readonly media: Media;
  /** The audio rendition. Absent: the sound of the upload is decoded. */
  readonly rendition?: StoredObject | undefined;
  readonly passages: readonly EstimatedPassage[];
  /** BCP 47. Decides how words are pronounced. */
  readonly languageCode: string;
  /** A folder for working files; it is made where it is missing, and what is written there is removed again. */
  readonly workDir: string;
}

/**
 * Finds when the words of passages are said in a recording. A passage that hardly resembles its sound keeps
 * its estimates.
 * @throws MediaError `engine_missing` when nothing here aligns words; `damaged_media`, `limit_time` …
 */
export type AlignRecording = (request: AlignRecordingRequest) => Promise<(readonly Word[])[]>;

interface Parts {
  readonly sandbox: Sandbox;
  readonly objects: ObjectStore;
  readonly limits: Limits;
  readonly aligner: Aligner;
}

/** A passage whose words fit its sound has at least this share of words that are found in it. */
const leastShare = 0.5;

/** Aligns the words of recordings, one recording at a time: it takes a core. */
export function createAlignRecording(parts: Parts): AlignRecording {
  let before: Promise<unknown> = Promise.resolve();
  return async (request) => {
    const own = before.then(() => alignRecording(parts, request));
    before = own.catch(() => undefined);
    return own;
  };
}

async function alignRecording(
  { sandbox, objects, limits, aligner }: Parts,
  { media, rendition, passages, languageCode, workDir }: AlignRecordingRequest,
): Promise<(readonly Word[])[]> {
  const durationMs = media.facts?.durationMs;
  const signal = AbortSignal.timeout(Math.min(timeLimitMs(limits, durationMs), 2 ** 31 - 1));
  await mkdir(workDir, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(workDir, "words-"));
  try {
    const { source, track } =
      rendition === undefined ? ownSound(media) : { source: rendition, track: undefined };
    const sound = join(folder, "sound.s16");
    const known = durationMs === undefined ? {} : { durationMs };
    await withLocalFile(objects, source, async (path) =>
      keep(decodeSound(sandbox, path, { limits, ...known, track, signal }).bytes, sound),
    );
    const where = { sound, workDir: folder, languageCode, signal };
    const asked = passages.map((passage) => ({ ...passage, hasTimes: true }));
    const { words } = await alignWords(aligner, asked, where);
    let at = 0;
    return passages.map((passage) => {
      const own = words.slice(at, (at += passage.words.length));
      const sure = own.filter(({ timing }) => timing === undefined).length;
      return sure < own.length * leastShare ? passage.words : own;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function keep(bytes: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    for await (const some of bytes) await file.appendFile(some);
  } finally {
    await file.close();
  }
}
