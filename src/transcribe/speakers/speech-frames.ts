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

/** How many speak in each frame, by the mean of the chunks that have seen it. */
function countsOf(chunks: readonly SegmentedChunk[], frames: number): Uint8Array {
  const seen = new Uint8Array(frames);
  const active = new Uint8Array(frames);
  for (const chunk of chunks) {
    for (let at = frameOf(chunk.startMs); at < Math.min(frames, frameOf(chunk.endMs)); at += 1)
      seen[at] = (seen[at] ?? 0) + 1;
    for (const track of chunk.tracks)
      for (let at = frameOf(track.startMs); at < Math.min(frames, frameOf(track.endMs)); at += 1)
        active[at] = (active[at] ?? 0) + 1;
  }
  return active.map((count, at) => (seen[at] === 0 ? 0 : Math.round(count / (seen[at] ?? 1))));
}

/** What is this much below the middle loudness of speech, and the voice detector does not hear, is a pause. */
const pauseBelowDb = 45;

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
  const isVoiced = new Uint8Array(frames);
  for (const { startMs, endMs } of voiced) isVoiced.fill(1, frameOf(startMs), frameOf(endMs));
  if (chunks === undefined) return isVoiced;
  const counts = countsOf(chunks, frames);
  const speech = loudness.filter((_level, at) => isVoiced[at] === 1).toSorted();
  const middle = speech[speech.length >> 1] ?? -Infinity;
  for (let at = 0; at < frames; at += 1)
    if (isVoiced[at] === 0 && (loudness[at] ?? 0) < middle - pauseBelowDb) counts[at] = 0;
  return counts;
}

/** A pause that is shorter does not end a stretch; a stretch that is shorter is none. */
const shortestPauseMs = 100;
const shortestSpeechMs = 200;

/** The stretches in which somebody speaks. */
export function speechSpans(counts: Uint8Array): Span[] {
  const spans: Span[] = [];
  for (let at = 0; at < counts.length;) {
    if (counts[at] === 0) {
      at += 1;
      continue;
    }
    let end = at;
    while (end < counts.length && counts[end] !== 0) end += 1;
    const startMs = at * frameMs;
    const last = spans.at(-1);
    if (last !== undefined && startMs - last.endMs <= shortestPauseMs)
      spans[spans.length - 1] = { startMs: last.startMs, endMs: end * frameMs };
    else spans.push({ startMs, endMs: end * frameMs });
    at = end;
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
