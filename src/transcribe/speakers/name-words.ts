import type { Word } from "../../media/transcript.ts";
import type { Turn } from "./turn.ts";

/** How long two ranges overlap; negative: how far they are apart. */
const overlapMs = (a: { startMs: number; endMs: number }, b: Turn): number =>
  Math.min(a.endMs, b.endMs) - Math.max(a.startMs, b.startMs);

/** A turn that ended so long ago is nearer than none only. */
const forgottenMs = 60_000;

/** The speaker of each word: of the turn that covers most of it, else of the nearest. */
function speakersOf(words: readonly Word[], turns: readonly Turn[]): number[] {
  let first = 0;
  /** Of the turns that are passed the one that ended last: none of the others is as near. */
  let passed: Turn | undefined;
  let before = -1;
  return words.map((word) => {
    for (
      let turn = turns[first];
      turn && turn.endMs < word.startMs - forgottenMs;
      turn = turns[first]
    ) {
      if (passed === undefined || turn.endMs > passed.endMs) passed = turn;
      first += 1;
    }
    let best = passed && { speaker: passed.speaker, value: overlapMs(word, passed) };
    for (let index = first; index < turns.length; index += 1) {
      const turn = turns[index];
      if (turn === undefined) break;
      const value = overlapMs(word, turn);
      // Where two speak at once and both could have said it, the one goes on who spoke.
      const isBetter =
        best === undefined ||
        value > best.value ||
        (value === best.value && turn.speaker === before);
      if (isBetter) best = { speaker: turn.speaker, value };
      if (turn.startMs > word.endMs && best !== undefined && best.value >= value) break;
    }
    before = best?.speaker ?? before;
    return best?.speaker ?? -1;
  });
}

/** Words this close to a sentence's end may be on the wrong side of a change of speakers. */
const nearWords = 2;
const nearMs = 900;

const endsSentence = (word: Word | undefined): boolean =>
  /[.?!。？！…]["'”’)]*$/.test(word?.punctuation ?? "");

/**
 * Moves each change of speakers to the end of a sentence where one is near: voices tell when somebody
 * speaks to half a second, sentences to the word.
 */
function cutAtSentences(words: readonly Word[], speakers: readonly number[]): number[] {
  const moved = [...speakers];
  for (let at = 1; at < words.length; at += 1) {
    const [left = -1, right = -1] = [moved[at - 1], moved[at]];
    if (left === right || endsSentence(words[at - 1])) continue;
    /** Words from `from` up to `to` may go over to the other side. */
    const isShort = (from: number, to: number, speaker: number): boolean => {
      const [one, last] = [words[from], words[to - 1]];
      const isOne = moved.slice(from, to).every((own) => own === speaker);
      return isOne && one !== undefined && last !== undefined && last.endMs - one.startMs <= nearMs;
    };
    for (let count = 1; count <= nearWords; count += 1) {
      if (endsSentence(words[at + count - 1]) && isShort(at, at + count, right)) {
        moved.fill(left, at, at + count);
        break;
      }
      if (endsSentence(words[at - count - 1]) && isShort(at - count, at, left)) {
        moved.fill(right, at - count, at);
        break;
      }
    }
  }
  return moved;
}

/**
 * Says of each word who speaks it. Changes of speakers lie at sentences' ends where one is near.
 * Speakers are `spk_0`, `spk_1` … in the order in which they first speak. Without any turn the words
 * stay as they are.
 * @param words ascending
 * @param turns ascending by start
 */
export function nameSpeakers(words: readonly Word[], turns: readonly Turn[]): Word[] {
  if (turns.length === 0) return [...words];
  const speakers = cutAtSentences(words, speakersOf(words, turns));
  const order = [...new Set(speakers)];
  return words.map((word, index) => ({
    ...word,
    speaker: `spk_${order.indexOf(speakers[index] ?? -1)}`,
  }));
}
