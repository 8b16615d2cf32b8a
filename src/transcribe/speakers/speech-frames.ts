/** Speech is looked at in frames of this length. */
export const frameMs = 10;

/** A stretch of time, half-open. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * What the segmentation model finds in ten seconds of a recording: who speaks when, by numbers that
 * hold in these ten seconds only. Several may speak at once.
 */
export interface SegmentedChunk extends Span {
  readonly tracks: readonly (Span & { readonly local: number })[];
}

const frameOf = (ms: number): number => Math.max(0, Math.round(ms / frameMs));

/** How many speak in each frame, by the segmentation model. */
function countsOf(chunks: readonly SegmentedChunk[], frames: number): Uint8Array {
  const active = new Uint8Array(frames);
  for (const { tracks } of chunks)
    for (const track of tracks)
      for (let at = frameOf(track.startMs); at < Math.min(frames, frameOf(track.endMs)); at += 1)
        active[at] = (active[at] ?? 0) + 1;
  return active;
}

/** What is this much below the middle loudness of speech, and the voice detector does not hear, is a pause. */
const pauseBelowDb = 45;

const voicedFrames = (voiced: readonly Span[], frames: number): Uint8Array => {
  const isVoiced = new Uint8Array(frames);
  for (const { startMs, endMs } of voiced) isVoiced.fill(1, frameOf(startMs), frameOf(endMs));
  return isVoiced;
};

/**
 * How many speak in each frame: by the voice detector alone, or by the segmentation model, which hears
 * quiet voices and several at once, but fills the pauses of one who speaks alone.
 * @param loudness of each frame, dB
 */
export function speakingCounts(
  loudness: Float32Array,
  voiced: readonly Span[],
  chunks: readonly SegmentedChunk[] | undefined,
): Uint8Array {
  const frames = loudness.length;
  const isVoiced = voicedFrames(voiced, frames);
  if (chunks === undefined) return isVoiced;
  const counts = countsOf(chunks, frames);
  const speech = loudness.filter((_level, at) => isVoiced[at] === 1).toSorted();
  const middle = speech[speech.length >> 1] ?? -Infinity;
  for (let at = 0; at < frames; at += 1)
    if (isVoiced[at] === 0 && (loudness[at] ?? 0) < middle - pauseBelowDb) counts[at] = 0;
  return counts;
}

/** The detector and the model end speech a little early, and begin it a little late. */
const paddingFrames = 5;

/**
 * The counts for turns: what only the voice detector hears is speech, too, for each of the two misses some that
 * the other hears; and 50 ms more at both ends of each stretch.
 */
export function spokenCounts(counts: Uint8Array, voiced: readonly Span[]): Uint8Array {
  const isVoiced = voicedFrames(voiced, counts.length);
  const heard = counts.map((count, at) => Math.max(count, isVoiced[at] ?? 0));
  const padded = heard.slice();
  for (const { startMs, endMs } of stretchesOf(heard))
    for (const [from, to] of [
      [frameOf(startMs) - paddingFrames, frameOf(startMs)],
      [frameOf(endMs), frameOf(endMs) + paddingFrames],
    ] as const)
      padded.fill(1, Math.max(0, from), Math.max(0, Math.min(heard.length, to)));
  return padded.map((count, at) => Math.max(count, heard[at] ?? 0));
}

/** A pause that is shorter does not end a stretch; a stretch that is shorter is none. */
const shortestPauseMs = 100;
const shortestSpeechMs = 200;

/** The stretches of frames in which anybody is counted. */
function stretchesOf(counts: Uint8Array): Span[] {
  const stretches: Span[] = [];
  for (let at = 0; at < counts.length; at += 1) {
    const from = at;
    while (at < counts.length && counts[at] !== 0) at += 1;
    if (at > from) stretches.push({ startMs: from * frameMs, endMs: at * frameMs });
  }
  return stretches;
}

/** The stretches in which somebody speaks. */
export function speechSpans(counts: Uint8Array): Span[] {
  const spans: Span[] = [];
  for (const { startMs, endMs } of stretchesOf(counts)) {
    const last = spans.at(-1);
    if (last !== undefined && startMs - last.endMs <= shortestPauseMs)
      spans[spans.length - 1] = { startMs: last.startMs, endMs };
    else spans.push({ startMs, endMs });
  }
  return spans.filter(({ startMs, endMs }) => endMs - startMs >= shortestSpeechMs);
}

/** Long enough to know a voice by, short enough for one speaker. */
export const windowMs = 1_500;
export const windowStepMs = 750;

/** Windows over stretches of speech, each within one stretch and all of it covered. */
export function windowsOf(spans: readonly Span[]): Span[] {
  return spans.flatMap((span) => {
    const room = span.endMs - span.startMs - windowMs;
    if (room <= 0) return [span];
    const steps = Math.ceil(room / windowStepMs);
    return Array.from({ length: steps + 1 }, (_, index) => {
      const startMs = span.startMs + Math.min(room, index * windowStepMs);
      return { startMs, endMs: startMs + windowMs };
    });
  });
}
