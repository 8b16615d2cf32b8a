/** A stretch of a recording and the words that are said in it, in their order. */
export interface SpokenPassage {
  readonly startMs: number;
  readonly endMs: number;
  /** As they are written, without the punctuation around them: `don't`, `well-known`, `1859`, `$5`. */
  readonly words: readonly string[];
}

/**
 * How a word came by its times: `aligned` by its sound; `doubtful`: by its sound, which hardly
 * resembles the word; `failed`: divided by letters between the words around it.
 */
export type AlignmentState = "aligned" | "doubtful" | "failed";

/** Times are integer ms from the start of the recording. */
export interface AlignedWord {
  readonly startMs: number;
  readonly endMs: number;
  readonly state: AlignmentState;
}

export interface AlignRequest {
  /** Path of raw sound: 16 kHz, mono, 16 bit little-endian. */
  readonly sound: string;
  readonly passages: readonly SpokenPassage[];
  /** BCP 47. Decides how words are pronounced. */
  readonly languageCode: string;
  /** An existing folder; what is written there is removed again. */
  readonly workDir: string;
  readonly signal: AbortSignal;
  /** How much of the passages' sound is done, ms. */
  readonly onProgress?: (alignedMs: number) => void;
}

/** Finds out when known words are said. */
export interface Aligner {
  /** Name and version, part of a job's settings. */
  readonly id: string;
  /**
   * The times of all words of all passages, in the same order. Words of one passage never overlap.
   * A passage that cannot be aligned fails by its words, not by an error.
   * @throws MediaError `engine_missing` when its programs are not here, `engine_failed`, `limit_time`, `cancelled`
   */
  align(request: AlignRequest): Promise<AlignedWord[][]>;
}
