import type { Word } from "../media/transcript.ts";

/** A paragraph: words of one speaker without a long pause. */
export interface Passage {
  readonly speaker?: string;
  readonly words: readonly Word[];
}

/** A pause after which a new paragraph begins. */
const paragraphPauseMs = 2_000;
/** After this many words, a paragraph ends at the next short pause or end of a sentence. */
const paragraphWords = 100;
const shortPauseMs = 400;

/** Whether a new passage begins between two words. */
function breaksBetween(left: Word, right: Word, wordsSoFar: number): boolean {
  const pauseMs = right.startMs - left.endMs;
  if (left.speaker !== right.speaker || pauseMs >= paragraphPauseMs) return true;
  if (wordsSoFar < paragraphWords) return false;
  return pauseMs >= shortPauseMs || /[.?!。？！]$/.test(left.punctuation ?? "");
}

/** A transcript's words in paragraphs, in their order. */
export function passagesOf(words: readonly Word[]): Passage[] {
  const passages: { speaker?: string; words: Word[] }[] = [];
  for (const word of words) {
    const last = passages.at(-1);
    const left = last?.words.at(-1);
    if (last !== undefined && left !== undefined && !breaksBetween(left, word, last.words.length))
      last.words.push(word);
    else
      passages.push({
        words: [word],
        ...(word.speaker === undefined ? {} : { speaker: word.speaker }),
      });
  }
  return passages;
}

/** `0:05`, `1:02:03`. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = String(seconds % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}
