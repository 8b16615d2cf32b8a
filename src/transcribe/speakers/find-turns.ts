import { turnsFrom } from "./assign.ts";
import type { GroupCount } from "./clusters.ts";
import {
  frameMs,
  speakingCounts,
  speechSpans,
  spokenCounts,
  windowMs,
  windowsOf,
  windowStepMs,
  type SegmentedChunk,
  type Span,
} from "./speech-frames.ts";
import { groupByTelling } from "./telling.ts";
import type { Turn } from "./turn.ts";

/** Windows whose voices are less alike than this, on average, are of two people. Cosine. */
const alike = 0.35;
/** Who speaks less than this is taken for somebody else, in a short recording less than a tenth of it. */
const leastMs = 2_500;
const leastShare = 0.1;
/**
 * What is shorter tells little about a voice: in half a second a cough or a "yes" resembles nobody, and a long
 * recording has many. Nor does a window tell in which two speak for more than half of it.
 */
const tellingMs = 1_000;
const mostMixed = 0.5;

/** What is known of a recording before voices are compared. */
export interface HeardSpeech {
  /** Loudness of each frame, dB. */
  readonly loudness: Float32Array;
  /** Where the voice detector hears speech. */
  readonly voiced: readonly Span[];
  /** What the segmentation model finds, ascending; absent without it. */
  readonly chunks?: readonly SegmentedChunk[];
}

const lengthOf = ({ startMs, endMs }: Span): number => endMs - startMs;

/** Whether a window shows one voice. */
function tells(window: Span, counts: Uint8Array): boolean {
  if (lengthOf(window) < tellingMs) return false;
  const own = counts.subarray(window.startMs / frameMs, window.endMs / frameMs);
  return own.filter((count) => count > 1).length <= mostMixed * own.length;
}

/** Windows over all speech. The voice detector's alone has some only where it is long: the model is the better judge. */
function windowsIn(counts: Uint8Array, voiced: readonly Span[]): Span[] {
  const unheard = voiced
    .filter((span) => lengthOf(span) >= windowMs)
    .filter(({ startMs, endMs }) =>
      counts.subarray(startMs / frameMs, endMs / frameMs).every((count) => count === 0),
    );
  const spans = [...speechSpans(counts), ...unheard];
  return windowsOf(spans.toSorted((a, b) => a.startMs - b.startMs));
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
  const windows = windowsIn(counts, voiced);
  const weights = windows.map((window) => Math.min(windowStepMs, lengthOf(window)));
  const speechMs = weights.reduce((sum, weight) => sum + weight, 0);
  const leastWeight = Math.min(leastMs, leastShare * speechMs);
  const telling = windows.map((window) => tells(window, counts));
  const options = { ...count, alike, leastWeight };
  const speakers = groupByTelling(windows.map(voiceOf), weights, telling, options);
  return turnsFrom(spokenCounts(counts, voiced), windows, speakers, chunks);
}
