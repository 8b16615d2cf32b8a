import { turnsFrom } from "./assign.ts";
import { groupByLikeness, type GroupCount } from "./clusters.ts";
import {
  speakingCounts,
  speechSpans,
  windowsOf,
  windowStepMs,
  type SegmentedChunk,
  type Span,
} from "./speech-frames.ts";
import type { Turn } from "./turn.ts";

/** Windows whose voices are less alike than this, on average, are of two people. Cosine. */
const alike = 0.35;
/** Who speaks less than this is taken for somebody else, in a short recording less than a tenth of it. */
const leastMs = 2_500;
const leastShare = 0.1;

/** What is known of a recording before voices are compared. */
export interface HeardSpeech {
  /** Loudness of each frame, dB. */
  readonly loudness: Float32Array;
  /** Where the voice detector hears speech. */
  readonly voiced: readonly Span[];
  /** What the segmentation model finds, ascending; absent without it. */
  readonly chunks?: readonly SegmentedChunk[];
}

/**
 * Finds who speaks when: windows of 1.5 s over all speech, grouped by their voices; where the
 * segmentation model hears two at once, both.
 * @param voiceOf what a voice is known by: a vector, for a stretch of at most 1.5 s
 * @returns ascending by start; turns of different speakers may overlap
 */
export function findTurns(
  { loudness, voiced, chunks }: HeardSpeech,
  voiceOf: (window: Span) => Float32Array,
  count: GroupCount = {},
): Turn[] {
  const counts = speakingCounts(loudness, voiced, chunks);
  const windows = windowsOf(speechSpans(counts));
  const weights = windows.map(({ startMs, endMs }) => Math.min(windowStepMs, endMs - startMs));
  const speechMs = weights.reduce((sum, weight) => sum + weight, 0);
  const leastWeight = Math.min(leastMs, leastShare * speechMs);
  const speakers = groupByLikeness(windows.map(voiceOf), weights, { ...count, alike, leastWeight });
  return turnsFrom(counts, windows, speakers, chunks);
}
