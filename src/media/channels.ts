import type { Word } from "./transcript.ts";

/** Amazon Transcribe's name of a recording's channel, counted from 0. */
export const channelLabel = (channel: number): string => `ch_${channel}`;

/** A pause of this length ends a turn, when somebody waits on another channel. */
const breathMs = 400;
/** Who waits longer than this begins, wherever the other one is. */
const patienceMs = 2_000;

/** Whether a turn may end between two words of one speaker. */
function isBreak(left: Word, right: Word): boolean {
  return right.startMs - left.endMs >= breathMs || /[.?!,;。？！]$/.test(left.punctuation ?? "");
}

/**
 * Words of several channels in one order that can be read: mostly by time, but where two people speak at
 * once, one goes on up to a pause or a punctuation mark, for 2 s at most, instead of changing with each
 * word. The words of one speaker stay in their order.
 */
export function inTurns(words: readonly Word[]): Word[] {
  const sorted = words.toSorted((a, b) => a.startMs - b.startMs);
  const waiting = [...Map.groupBy(sorted, ({ speaker = "" }) => speaker)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, own]) => own.values().toArray());
  const result: Word[] = [];
  let current: Word[] = [];
  for (let left = words.length; left > 0; left -= 1) {
    let first = current;
    for (const own of waiting)
      if ((own[0]?.startMs ?? Infinity) < (first[0]?.startMs ?? Infinity)) first = own;
    const [last, next] = [result.at(-1), current[0]];
    const lateMs = (next?.startMs ?? Infinity) - (first[0]?.startMs ?? 0);
    const goesOn = last !== undefined && next !== undefined && !isBreak(last, next);
    if (!goesOn || lateMs > patienceMs) current = first;
    const word = current.shift();
    if (word !== undefined) result.push(word);
  }
  return result;
}
