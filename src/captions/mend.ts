import { MediaError } from "../media/errors.ts";
import { sharedTimes } from "../media/shared-times.ts";
import type { Word } from "../media/transcript.ts";
import type { ReadWord } from "./read/passage.ts";
import { wordsOf } from "./read/words.ts";

/** A correction of words in a row. */
export interface TranscriptEdit {
  /** The first of the words, counted from 0. */
  readonly from: number;
  /** The first word behind them. */
  readonly to: number;
  /** What is said there instead. Absent: the words stay. Empty: nothing is said. */
  readonly text?: string | undefined;
  /** Who says it. Absent: the speakers stay. */
  readonly speaker?: string | undefined;
}

/** Words in a row that are new, with estimates for times, and the time in which they are said. */
export interface NewStretch {
  readonly from: number;
  readonly to: number;
  /** ms; the words beside it end and begin here. */
  readonly startMs: number;
  readonly endMs: number;
}

export interface Mended {
  readonly words: readonly Word[];
  readonly stretches: readonly NewStretch[];
}

/** Sound around words in a row that may belong to them, where nobody else speaks. */
const aroundMs = 300;
const mostWords = 5_000;

/** How words are compared: without case, and in one form of writing. */
const folded = (text: string): string => text.normalize("NFC").toLowerCase();

/** The places of words that both have, in their order: a longest common subsequence. */
function kept(old: readonly string[], now: readonly string[]): [number, number][] {
  const width = now.length + 1;
  const lengths = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = now.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] =
        old[i] === now[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < old.length && j < now.length;) {
    if (old[i] === now[j]) pairs.push([i++, j++]);
    else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) i += 1;
    else j += 1;
  }
  return pairs;
}

interface Around {
  readonly before: Word | undefined;
  readonly after: Word | undefined;
}

/** The time for new words: that of the words whose place they take, and the pauses around. */
function spanFor(replaced: readonly Word[], { before, after }: Around): [number, number] {
  const from = before?.endMs ?? 0;
  const first = replaced[0]?.startMs ?? from;
  const last = replaced.reduce((end, word) => Math.max(end, word.endMs), first);
  const until = after?.startMs ?? last + aroundMs;
  const startMs = Math.max(from, first - aroundMs);
  return [Math.min(startMs, until), Math.max(startMs, Math.min(until, last + aroundMs))];
}

/** New words share the time of those whose place they take, or the pause, by their letters. */
function newWords(
  given: readonly ReadWord[],
  replaced: readonly Word[],
  around: Around,
): { words: Word[]; startMs: number; endMs: number } {
  const [startMs, endMs] = spanFor(replaced, around);
  const first = replaced[0]?.startMs ?? startMs;
  const last = replaced.length === 0 ? endMs : Math.max(...replaced.map((word) => word.endMs));
  const speaker = (replaced[0] ?? around.before ?? around.after)?.speaker;
  const times = sharedTimes(
    given.map(({ text }) => text.length),
    Math.max(startMs, first),
    Math.min(endMs, Math.max(first, last)),
  );
  const words = given.map(({ text, punctuation }, index): Word => ({
    text,
    ...(times[index] ?? { startMs, endMs }),
    ...(punctuation !== undefined && { punctuation }),
    timing: "estimated",
    ...(speaker !== undefined && { speaker }),
  }));
  return { words, startMs, endMs };
}

/** A word that stays: its times and its speaker are kept, what is written may differ in case and punctuation. */
function keptWord(old: Word, { text, punctuation }: ReadWord): Word {
  const { punctuation: _before, ...rest } = old;
  return { ...rest, text, ...(punctuation !== undefined && { punctuation }) };
}

/** The words of one edit. Places of stretches are counted from its first word. */
function retold(old: readonly Word[], given: readonly ReadWord[], outside: Around): Mended {
  const pairs = kept(
    old.map(({ text }) => folded(text)),
    given.map(({ text }) => folded(text)),
  );
  const words: Word[] = [];
  const stretches: NewStretch[] = [];
  let [i, j] = [0, 0];
  for (const [oldPlace, newPlace] of [...pairs, [old.length, given.length] as const]) {
    const added = given.slice(j, newPlace);
    if (added.length > 0) {
      const around = {
        before: words.at(-1) ?? outside.before,
        after: old[oldPlace] ?? outside.after,
      };
      const { words: made, startMs, endMs } = newWords(added, old.slice(i, oldPlace), around);
      stretches.push({ from: words.length, to: words.length + made.length, startMs, endMs });
      words.push(...made);
    }
    const [stays, as] = [old[oldPlace], given[newPlace]];
    if (stays !== undefined && as !== undefined) words.push(keptWord(stays, as));
    [i, j] = [oldPlace + 1, newPlace + 1];
  }
  return { words, stretches };
}

function check(edits: readonly TranscriptEdit[], count: number): void {
  let before = 0;
  for (const [index, { from, to, text = "" }] of edits.entries()) {
    const refuse = (why: string): never => {
      throw new MediaError("invalid_argument", `edits[${index}]: ${why}`);
    };
    if (from < before) refuse("edits must come in order, and not overlap");
    if (to < from || to > count) refuse(`there are ${count} words, from 0 on`);
    if (to - from > mostWords) refuse(`at most ${mostWords} words are edited at once`);
    if (text.length > mostWords * 10) refuse("the text is too long");
    before = to;
  }
}

/**
 * The words of a transcript with corrections. A word that stays keeps its times, its speaker and how sure it is. New
 * words share, by their letters, the time of the words whose place they take, and are marked as estimates until
 * they are aligned: `stretches` says where.
 * @param names new names of speakers, by the names that they have now
 * @throws MediaError `invalid_argument` that names the edit
 */
export function mend(
  words: readonly Word[],
  edits: readonly TranscriptEdit[],
  names: Readonly<Record<string, string>> = {},
): Mended {
  check(edits, words.length);
  const mended: Word[] = [];
  const stretches: NewStretch[] = [];
  let at = 0;
  for (const { from, to, text, speaker } of edits) {
    mended.push(...words.slice(at, from));
    const old = words.slice(from, to);
    const outside = { before: words[from - 1], after: words[to] };
    const given = text === undefined ? undefined : wordsOf(text.normalize("NFC"));
    if (given !== undefined && given.length > mostWords)
      throw new MediaError("invalid_argument", `at most ${mostWords} words are edited at once`);
    const own = given === undefined ? { words: old, stretches: [] } : retold(old, given, outside);
    const place = mended.length;
    stretches.push(
      ...own.stretches.map((one) => ({ ...one, from: one.from + place, to: one.to + place })),
    );
    mended.push(
      ...(speaker === undefined ? own.words : own.words.map((word) => ({ ...word, speaker }))),
    );
    at = to;
  }
  mended.push(...words.slice(at));
  const renamed = (word: Word): Word => {
    const name = word.speaker === undefined ? undefined : names[word.speaker];
    return name === undefined ? word : { ...word, speaker: name };
  };
  return { words: Object.keys(names).length === 0 ? mended : mended.map(renamed), stretches };
}
