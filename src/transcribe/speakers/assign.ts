import { frameMs, type SegmentedChunk, type Span } from "./speech-frames.ts";
import type { Turn } from "./turn.ts";

/** No speaker. */
const nobody = -1;

const middleOf = ({ startMs, endMs }: Span): number => (startMs + endMs) / 2;

/** For each frame of speech the speaker of the window whose middle is nearest. */
function nearestWindow(
  counts: Uint8Array,
  windows: readonly Span[],
  speakers: readonly number[],
): Int16Array {
  const labels = new Int16Array(counts.length).fill(nobody);
  let window = 0;
  for (let at = 0; at < counts.length; at += 1) {
    if (counts[at] === 0) continue;
    const ms = at * frameMs;
    const distance = (index: number): number => {
      const one = windows[index];
      return one === undefined ? Infinity : Math.abs(middleOf(one) - ms);
    };
    while (distance(window + 1) <= distance(window) && window + 1 < windows.length) window += 1;
    labels[at] = speakers[window] ?? nobody;
  }
  return labels;
}

/** Which frames a chunk's own speaker is active in. */
function framesOf(span: Span, frames: number): [number, number] {
  return [
    Math.max(0, Math.round(span.startMs / frameMs)),
    Math.min(frames, Math.round(span.endMs / frameMs)),
  ];
}

/** Who a chunk's own speakers are: those whose windows they share most frames with, each another. */
function peopleOf(
  chunk: SegmentedChunk,
  labels: Int16Array,
  counts: Uint8Array,
): Map<number, number> {
  const shared = new Map<number, Map<number, number>>();
  for (const track of chunk.tracks) {
    const own = shared.get(track.local) ?? new Map<number, number>();
    shared.set(track.local, own);
    const [from, to] = framesOf(track, labels.length);
    for (let at = from; at < to; at += 1) {
      const label = labels[at] ?? nobody;
      // Where several speak the window is a mixture of them.
      if (label !== nobody) own.set(label, (own.get(label) ?? 0) + (counts[at] === 1 ? 4 : 1));
    }
  }
  const pairs = [...shared].flatMap(([local, own]) =>
    [...own].map(([speaker, frames]) => ({ local, speaker, frames })),
  );
  const people = new Map<number, number>();
  for (const { local, speaker } of pairs.toSorted((a, b) => b.frames - a.frames))
    if (!people.has(local) && ![...people.values()].includes(speaker)) people.set(local, speaker);
  return people;
}

/** How much the window's speaker counts beside what the segmentation model says. */
const windowVote = 0.5;

/** Votes for speakers in each frame of a region. */
function createVotes(from: number, to: number, speakers: number) {
  const votes = new Float32Array(Math.max(0, to - from) * speakers);
  return {
    add(at: number, speaker: number, weight: number): void {
      const place = (at - from) * speakers + speaker;
      votes[place] = (votes[place] ?? 0) + weight;
    },
    /** The two with the most; `nobody` where none has any. */
    best(at: number): [number, number] {
      const own = votes.slice((at - from) * speakers, (at - from + 1) * speakers);
      const take = (): number => {
        const most = Math.max(...own);
        const speaker = most > 0 ? own.indexOf(most) : nobody;
        own[speaker] = 0;
        return speaker;
      };
      return [take(), take()];
    },
  };
}

/**
 * Where several speak at once: the two speakers for whom most speaks, by the segmentation model and the
 * nearest window. A frame with one keeps its window's, which the model does not know better.
 */
function elected(
  chunks: readonly SegmentedChunk[],
  labels: Int16Array,
  counts: Uint8Array,
): { first: Int16Array; second: Int16Array } {
  const first = labels.slice();
  const second = new Int16Array(labels.length).fill(nobody);
  const speakers = labels.reduce((most, label) => Math.max(most, label), nobody) + 1;
  for (const chunk of chunks) {
    const [from, to] = framesOf(chunk, labels.length);
    const isMixed = counts.subarray(from, to).some((count) => count > 1);
    if (!isMixed) continue;
    const votes = createVotes(from, to, speakers);
    for (let at = from; at < to; at += 1)
      if (labels[at] !== nobody) votes.add(at, labels[at] ?? 0, windowVote);
    const people = peopleOf(chunk, labels, counts);
    for (const track of chunk.tracks) {
      const speaker = people.get(track.local);
      const [start, end] = framesOf(track, to);
      if (speaker !== undefined)
        for (let at = Math.max(from, start); at < end; at += 1) votes.add(at, speaker, 1);
    }
    for (let at = from; at < to; at += 1)
      if (labels[at] !== nobody && (counts[at] ?? 0) > 1) [first[at], second[at]] = votes.best(at);
  }
  return { first, second };
}

/** A turn that is shorter is given to the one before it, or left out where two speak. */
const shortestTurnMs = 100;

/** The turns of frames, `nobody` between them. */
function turnsOf(frames: Int16Array, isFirst: boolean): Turn[] {
  const turns: Turn[] = [];
  for (let at = 0; at < frames.length;) {
    let end = at + 1;
    while (end < frames.length && frames[end] === frames[at]) end += 1;
    const speaker = frames[at] ?? nobody;
    const isLong = (end - at) * frameMs >= shortestTurnMs;
    if (speaker !== nobody && (isLong || isFirst))
      turns.push({ startMs: at * frameMs, endMs: end * frameMs, speaker });
    at = end;
  }
  return turns;
}

/**
 * Who speaks when: in each frame of speech the speaker of the nearest window, and where the
 * segmentation model hears two the one whom it took for the other.
 * @param counts how many speak in each frame
 * @param windows ascending; `speakers` has one number for each
 * @returns ascending by start; turns of different speakers may overlap
 */
export function turnsFrom(
  counts: Uint8Array,
  windows: readonly Span[],
  speakers: readonly number[],
  chunks: readonly SegmentedChunk[] = [],
): Turn[] {
  const labels = nearestWindow(counts, windows, speakers);
  const { first, second } = elected(chunks, labels, counts);
  return [...turnsOf(first, true), ...turnsOf(second, false)].toSorted(
    (a, b) => a.startMs - b.startMs || a.endMs - b.endMs,
  );
}
