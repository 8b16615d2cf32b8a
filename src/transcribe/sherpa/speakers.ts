import type { Word } from "../../media/transcript.ts";
import type { Turn } from "./protocol.ts";

/** The voice of one speaker of one part of a recording. */
export interface Voice {
  readonly part: number;
  readonly embedding: Float32Array;
}

/** Two voices less alike than this are two people. */
const alike = 0.5;

/** Cosine of the angle between two vectors, −1 to 1. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let [product, own, other] = [0, 0, 0];
  for (let index = 0; index < a.length; index += 1) {
    const [left = 0, right = 0] = [a[index], b[index]];
    product += left * right;
    own += left * left;
    other += right * right;
  }
  return own > 0 && other > 0 ? product / Math.sqrt(own * other) : 0;
}

/**
 * Tells which voices of different parts are one person's: the two groups that are most alike are
 * joined until none are alike enough, or `count` are left. Voices of the same part were told apart
 * when more of the sound was known, and stay so, unless `count` is not reached otherwise.
 * @returns for each voice the number of its person
 */
export function samePeople(voices: readonly Voice[], count?: number): number[] {
  let groups = voices.map((_voice, index) => [index]);
  const likeness = (a: readonly number[], b: readonly number[]): number => {
    let sum = 0;
    for (const left of a)
      for (const right of b) {
        const [one, other] = [voices[left], voices[right]];
        if (one !== undefined && other !== undefined) sum += cosine(one.embedding, other.embedding);
      }
    return sum / (a.length * b.length);
  };
  const share = (a: readonly number[], b: readonly number[]): boolean =>
    a.some((left) => b.some((right) => voices[left]?.part === voices[right]?.part));
  const closest = (mayShare: boolean) => {
    let best: { a: number; b: number; value: number } | undefined;
    for (const [a, left] of groups.entries())
      for (const [offset, right] of groups.slice(a + 1).entries()) {
        if (!mayShare && share(left, right)) continue;
        const value = likeness(left, right);
        if (best === undefined || value > best.value) best = { a, b: a + 1 + offset, value };
      }
    return best;
  };
  const wanted = Math.max(1, count ?? 1);
  while (groups.length > wanted) {
    const isForced = count !== undefined;
    const best = closest(false) ?? (isForced ? closest(true) : undefined);
    if (best === undefined || (!isForced && best.value < alike)) break;
    const { a, b } = best;
    const joined = [...(groups[a] ?? []), ...(groups[b] ?? [])];
    groups = groups.flatMap((group, index) =>
      index === a ? [joined] : index === b ? [] : [group],
    );
  }
  return voices.map((_voice, index) => groups.findIndex((group) => group.includes(index)));
}

/** How long two ranges overlap; negative: how far they are apart. */
const overlapMs = (a: { startMs: number; endMs: number }, b: Turn): number =>
  Math.min(a.endMs, b.endMs) - Math.max(a.startMs, b.startMs);

/**
 * Says of each word who speaks it: the speaker of the turn that covers most of it, else of the
 * nearest. Speakers are `spk_0`, `spk_1` … in the order in which they first speak. Without any turn
 * the words stay as they are.
 * @param turns ascending by start
 */
export function withSpeakers(words: readonly Word[], turns: readonly Turn[]): Word[] {
  const names = new Map<number, string>();
  let first = 0;
  /** Of the turns that are passed the one that ended last: none of the others is as near. */
  let passed: Turn | undefined;
  return words.map((word) => {
    for (let turn = turns[first]; turn && turn.endMs < word.startMs - 60_000; turn = turns[first]) {
      if (passed === undefined || turn.endMs > passed.endMs) passed = turn;
      first += 1;
    }
    let best = passed && { speaker: passed.speaker, value: overlapMs(word, passed) };
    for (let index = first; index < turns.length; index += 1) {
      const turn = turns[index];
      if (turn === undefined) break;
      const value = overlapMs(word, turn);
      if (best === undefined || value > best.value) best = { speaker: turn.speaker, value };
      if (turn.startMs > word.endMs && best.value >= overlapMs(word, turn)) break;
    }
    if (best === undefined) return word;
    const name = names.get(best.speaker) ?? `spk_${names.size}`;
    names.set(best.speaker, name);
    return { ...word, speaker: name };
  });
}
