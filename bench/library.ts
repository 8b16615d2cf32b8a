import { runEnded } from "../src/pipeline.ts";
import { join } from "node:path";
import type { Change } from "../src/catalog/catalog.ts";
import { createSqliteCatalog } from "../src/state/sqlite/catalog/catalog.ts";
import { openDatabase } from "../src/state/sqlite/open.ts";
import type { MediaFacts } from "../src/media/facts.ts";
import { createIdSource, newSession } from "../src/media/ids.ts";
import type { MediaType } from "../src/media/media.ts";
import type { Transcript } from "../src/media/transcript.ts";
import { randomFrom } from "../test/support/random.ts";

/** The size of a made-up library. */
export interface LibrarySize {
  readonly media: number;
  /** Media files with 200 spoken words; the others have none. */
  readonly transcripts: number;
}

export const wordsEach = 200;
const vocabulary = 20_000;
const mediaPerFolder = 1_000;
/** Writes that share a commit. */
const together = 100;

/** A word in half of all transcripts. */
export const commonWord = "weather";
/** A word in one of ten thousand transcripts. */
export const rareWord = "quintessence";
/** The common label is on one media file of ten, the rare one on one of fifty thousand. */
export const labels = { common: "Person", rare: "Zebra" };

export function folderOf(index: number): string {
  return `day-${String(Math.floor(index / mediaPerFolder)).padStart(4, "0")}`;
}

export function nameOf(index: number): string {
  return `${folderOf(index)}/take-${String(index).padStart(7, "0")}.mp4`;
}

function factsOf(type: MediaType, index: number): MediaFacts {
  const size = { width: 1920, height: 1080, displayWidth: 1920, displayHeight: 1080 };
  const square = { rotation: 0, sampleAspectRatio: { num: 1, den: 1 } } as const;
  const plain = { variableFrameRate: false, interlaced: false, transfer: "sdr" } as const;
  const video = { streamIndex: 0, codec: "h264", ...size, ...square, ...plain };
  const audio = { streamIndex: 1, codec: "aac", sampleRateHz: 48_000, channels: 2 };
  return {
    type,
    container: "mov,mp4,m4a,3gp,3g2,mj2",
    containerLongName: "QuickTime / MOV",
    durationMs: 60_000 + index,
    ...(type === "audio" ? {} : { video }),
    ...(type === "image" ? {} : { audio }),
    audioTracks: type === "image" ? 0 : 1,
    warnings: [],
  };
}

/** Words with natural frequencies: the probability of the n-th word of the vocabulary falls as 1/n. */
function transcriptOf(index: number, random: () => number): Transcript {
  const words = Array.from({ length: wordsEach }, (_, at) => {
    const rank = Math.floor(vocabulary ** random());
    const special =
      at === 50 && index % 2 === 0 ? commonWord : at === 60 && index % 10_000 === 7 && rareWord;
    const text = special === false ? `w${rank.toString(36)}` : special;
    return { text, startMs: at * 400, endMs: at * 400 + 350 };
  });
  return {
    languageCode: "en-US",
    words,
    engine: { name: "made up", version: "1", model: "none", quality: "draft" },
  };
}

function mediaChanges(index: number, type: MediaType, version: string): Change[] {
  const name = nameOf(index);
  const sha256 = index.toString(16).padStart(64, "0");
  const bytes = { sha256, sizeBytes: 10_000_000 + index };
  const source = { bucket: "uploads", key: name, version, ...bytes, contentType: "video/mp4" };
  return [
    {
      type: "putMedia",
      media: { name, version, owner: "local", ...bytes, origin: `/footage/${name}` },
      source: { ...source, bucket: "uploads" },
    },
    { type: "setFacts", version, facts: factsOf(type, index) },
  ];
}

function foundBy(index: number, version: string, random: () => number): Change[] {
  const shown = [labels.common, ...(index % 50_000 === 0 ? [labels.rare] : [])];
  const JsonFile = `output/transcribe/${nameOf(index)}.json`;
  const transcript = transcriptOf(index / 10, random);
  return [
    {
      type: "putLabels",
      version,
      labels: shown.map((label) => ({ name: label, confidence: 0.9, parents: [] })),
    },
    { type: "putTranscript", version, transcript, metadata: { JsonFile, transcript: "" } },
    { type: "index", version },
  ];
}

/**
 * Fills a library through `catalog.apply`, like every other write, but without waiting for the disk.
 * One media file of ten is a video with a transcript and labels; the others are pictures and recordings.
 */
export async function buildLibrary(
  dataDir: string,
  size: LibrarySize,
  note: (text: string) => void,
): Promise<void> {
  const database = openDatabase(join(dataDir, "dailies.db"));
  database.exec(
    "PRAGMA synchronous = OFF; PRAGMA cache_size = -500000; PRAGMA wal_autocheckpoint = 50000",
  );
  const catalog = createSqliteCatalog({ whenEnded: runEnded, database });
  const newId = createIdSource(newSession());
  const random = randomFrom(1);
  let waiting: Promise<unknown>[] = [];
  const flush = async () => {
    await Promise.all(waiting);
    waiting = [];
  };
  for (let index = 0; index < size.media; index += 1) {
    const version = newId();
    const spoken = index % 10 === 0 && index / 10 < size.transcripts;
    const type = index % 10 === 0 ? "video" : index % 3 === 0 ? "audio" : "image";
    const changes = mediaChanges(index, type, version);
    const name = nameOf(index);
    if (spoken) changes.push(...foundBy(index, version, random));
    changes.push(
      { type: "endRun", version, state: "ready" },
      { type: "event", event: { type: "media.ready", name, version } },
    );
    waiting.push(catalog.apply({ expect: { name, version: null }, changes }));
    if (waiting.length === together) await flush();
    if (index % 100_000 === 99_999) note(`${index + 1} media files`);
  }
  await flush();
  database.exec("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous = FULL");
  await catalog.close();
}
