import { open } from "node:fs/promises";
import { join } from "node:path";
import { asMediaError } from "../../media/errors.ts";
import type { Word } from "../../media/transcript.ts";
import type { Aligner } from "../align/aligner.ts";
import { alignWords } from "../align/align-words.ts";
import type { Resemblance, WrittenPassage } from "../align/resemblance.ts";
import type { RecognizedPiece } from "./protocol.ts";
import { hasTimes, wordsOf } from "./words.ts";

/** The decoded sound beside a recognition, for the aligner. */
export interface KeptSound {
  /** Path of raw sound: 16 kHz, mono, 16 bit little-endian. */
  readonly path: string;
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file for the decoded sound in the attempt's folder: 115 MB an hour, removed with the folder. */
export async function keepSound(workDir: string): Promise<KeptSound> {
  const path = join(workDir, "sound.s16");
  const file = await open(path, "w", 0o600);
  return {
    path,
    async write(bytes) {
      await file.appendFile(bytes);
    },
    close: () => file.close(),
  };
}

const estimates = "the model gives no times; those of words are estimates";

/** Where the words of pieces are aligned, and with what. */
export interface Alignment {
  readonly aligner: Aligner;
  /** Whose times the words get: `model`, where it gives good ones and only the text is judged. Default: the aligner's. */
  readonly times?: "model" | undefined;
  readonly sound: string;
  readonly workDir: string;
  readonly signal: AbortSignal;
  /** How much of the words' sound is aligned, 0–1. */
  readonly onProgress?: (done: number) => void;
}

interface TimedWords {
  readonly words: readonly Word[];
  readonly notes: readonly string[];
  readonly resemblances?: readonly Resemblance[];
  readonly passages: readonly WrittenPassage[];
}

/**
 * The words of pieces with their times. With an alignment each word gets the time at which it is said.
 * Without one, or where it fails, the model's own times stay, or estimates where the model gives none;
 * the notes say so. A transcript is never lost because its words could not be aligned. `resemblances` says
 * of each passage how well its words fit its sound; it is absent where they could not be aligned. `passages` says how
 * many words each has.
 * @param language BCP 47
 * @param frameMs how long one step of the model is
 * @throws MediaError `cancelled`, `limit_time`
 */
export async function timedWords(
  pieces: readonly RecognizedPiece[],
  { language, frameMs }: { readonly language: string; readonly frameMs: number },
  alignment: Alignment | undefined,
): Promise<TimedWords> {
  const passages = pieces
    .map((piece) => ({
      startMs: piece.startMs,
      endMs: piece.startMs + piece.lengthMs,
      words: wordsOf(piece, language, frameMs),
      hasTimes: hasTimes(piece),
    }))
    .filter(({ words }) => words.length > 0);
  const own = passages.flatMap(({ words }) => words);
  const lacking = passages.every((passage) => passage.hasTimes) ? [] : [estimates];
  const written = passages.map(({ startMs, endMs, words }) => ({
    startMs,
    endMs,
    words: words.length,
  }));
  const unaligned = { words: own, notes: lacking, passages: written };
  if (alignment === undefined || own.length === 0) return unaligned;
  const { aligner, times, sound, workDir, signal } = alignment;
  const spokenMs = passages.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  const onProgress = (alignedMs: number): void => alignment.onProgress?.(alignedMs / spokenMs);
  const where = { sound, workDir, signal, onProgress, languageCode: language };
  try {
    const aligned = await alignWords(aligner, passages, where);
    const { resemblances } = aligned;
    return times === "model" ? { ...unaligned, resemblances } : { ...aligned, passages: written };
  } catch (thrown) {
    const error = asMediaError(thrown);
    if (alignment.signal.aborted || error.code === "cancelled" || error.code === "limit_time")
      throw error;
    if (error.code === "engine_missing") return unaligned;
    const notes = [...lacking, `the words could not be aligned: ${error.message}`];
    return { ...unaligned, notes };
  }
}
