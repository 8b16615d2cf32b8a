import { sharedTimes } from "../../media/shared-times.ts";
import type { Word } from "../../media/transcript.ts";
import type { ReadPassage, ReadWord } from "./passage.ts";

const isTimed = ({ startMs, endMs }: ReadWord): boolean =>
  startMs !== undefined && endMs !== undefined;

/**
 * The words of a passage. Those without times share, by their letters, the time between the words around them
 * or the passage's ends, and are marked as estimates.
 */
export function wordsOfPassage({ words, startMs, endMs, speaker }: ReadPassage): Word[] {
  const found: Word[] = [];
  const own = speaker === undefined ? {} : { speaker };
  for (let index = 0; index < words.length;) {
    const word = words[index];
    if (word !== undefined && isTimed(word)) {
      const from = word.startMs ?? startMs;
      const { timing, ...rest } = word;
      const times = { startMs: from, endMs: Math.max(from, word.endMs ?? from) };
      found.push({ ...rest, ...times, ...(timing && { timing }), ...own });
      index += 1;
      continue;
    }
    let to = index;
    while (to < words.length && !isTimed(words[to] ?? { text: "" })) to += 1;
    const untimed = words.slice(index, to);
    const from = found.at(-1)?.endMs ?? startMs;
    const until = Math.max(from, words[to]?.startMs ?? endMs);
    const times = sharedTimes(
      untimed.map(({ text }) => text.length),
      from,
      until,
    );
    for (const [place, one] of untimed.entries())
      found.push({
        ...one,
        ...(times[place] ?? { startMs: from, endMs: until }),
        timing: "estimated",
        ...own,
      });
    index = to;
  }
  return found;
}
