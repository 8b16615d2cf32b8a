import type { VocabularyPhrase } from "../media/speech.ts";
import type { Word } from "../media/transcript.ts";
import { continuesPhrase, rewritten, writtenForm } from "./vocabulary.ts";

/**
 * Finds phrases of a vocabulary by their sound, for models that cannot be told what to expect: they write
 * "Shavon" for Siobhán (if the vocabulary says how it sounds), "Kellie Mar" for Kellimar. Letters are compared
 * by a rough English sound; what is short, or common, is left alone.
 */

/** Shorter phrases sound like too many other words. */
const shortestLetters = 5;
/**
 * Phrases from this length on may differ in a sound; all others must sound the same. Words that the model
 * itself writes as a name, with a capital within a sentence, are more likely one.
 */
const inexactFrom = { name: 7, other: 11 };
/** Of the letters; beyond it they are other words that only sound alike roughly. */
const mostLettersApart = { same: 0.5, inexact: 0.25 };
/** A name is written as at most so many words more than it has. */
const mostExtraWords = 2;

/** Words that people say all the time: no name is looked for in them. */
const common = new Set(
  (
    "about above across after again against all almost alone along already also although always among and another " +
    "answer any anyone anything are around ask away back because become been before began behind being below " +
    "best better between both bring brought but call called came can can't cannot cause certain change child " +
    "children city clear close come could country course cut day did different does done don't door down during each " +
    "early earth easy either else end enough even evening ever every everyone everything example eyes face fact " +
    "family far father feel feet few find fire first five follow food for form found four from full gave get give " +
    "given going gone good got great group had half hand hard has have he head hear heard help her here high him " +
    "himself his hold home hope hour house how however hundred idea important into its itself just keep kind knew " +
    "know known land large last late later learn least leave left less let letter life light like line list little " +
    "live long look made make man many matter may mean men might mind minute moment money more morning most mother " +
    "move much must name near need never new next night nothing now number off office often old once one only open " +
    "order other our out over own page paper part past people perhaps person place plan plant play point power " +
    "present problem public put question quite rather read ready real really right room round run said same saw say " +
    "school second see seem seen send sent set several shall she short should show side since six small some " +
    "something sometimes soon sound stand start state still stood stop story street study such sure system table " +
    "take talk tell ten than thank that the their them then there these they thing think this those though thought " +
    "thousand three through time today together told too took toward town tree tried true try turn two under until " +
    "upon use used usually very voice wait walk want war was watch water way week well went were what when where " +
    "whether which while white who whole whose why will wind wish with without woman women won't word words work " +
    "world would write year yes yet you young your"
  ).split(" "),
);

const lettersOf = (text: string): string =>
  text
    .normalize("NFD")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, "");

/** How letters sound, roughly: the same sound for letters that models take for one another. */
const sounds: readonly (readonly [RegExp, string])[] = [
  [/e$/g, ""],
  [/^kn|^gn|^pn/g, "n"],
  [/^wr/g, "r"],
  [/^x/g, "s"],
  [/tch|ch|sch|sh|zh|ti(?=o)|ci(?=a|o)|dge|j/g, "S"],
  [/ph|v|gh(?=t)/g, "f"],
  [/gh/g, ""],
  [/ck|q|c(?![eiy])|g/g, "k"],
  [/c|z/g, "s"],
  [/x/g, "ks"],
  [/th|d/g, "t"],
  [/b/g, "p"],
  [/wh|w/g, "u"],
  [/h/g, ""],
  [/m/g, "n"],
  [/[aeiouy]+/g, "a"],
  [/(.)\1+/g, "$1"],
];

/** The sound of a text as a word of its own alphabet. */
export function soundOf(text: string): string {
  const letters = lettersOf(text);
  return sounds.reduce((sound, [pattern, by]) => sound.replaceAll(pattern, by), letters);
}

/** How many letters have to be changed, put in or left out. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_zero, index) => index);
  for (let index = 0; index < one.length; index += 1) {
    const next = [index + 1];
    for (let place = 0; place < other.length; place += 1) {
      const replaced = (row[place] ?? 0) + (one[index] === other[place] ? 0 : 1);
      next.push(Math.min(replaced, (row[place + 1] ?? 0) + 1, (next[place] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

interface Entry {
  readonly letters: string;
  readonly sound: string;
  readonly words: number;
  readonly written: readonly string[];
}

function entriesOf(vocabulary: readonly VocabularyPhrase[]): Entry[] {
  return vocabulary.flatMap((phrase) =>
    [phrase.phrase, phrase.soundsLike ?? ""].flatMap((text): Entry[] => {
      const letters = lettersOf(text);
      if (letters.length < shortestLetters || !/^[\p{scx=Latn}\p{N}]+$/u.test(letters)) return [];
      const words = text.trim().split(/[\s-]+/).length;
      return [{ letters, sound: soundOf(text), words, written: writtenForm(phrase) }];
    }),
  );
}

/** Whether some letters sound like a phrase; the fewer differences the better, undefined: not at all. */
function likeness({ letters, sound }: Entry, written: string, isName: boolean): number | undefined {
  if (written === letters) return 0;
  const other = soundOf(written);
  const lettersApart = distance(letters, written) / Math.max(letters.length, written.length);
  if (other === sound) return lettersApart > mostLettersApart.same ? undefined : lettersApart;
  const from = isName ? inexactFrom.name : inexactFrom.other;
  const mayDiffer = letters.length >= from && other[0] === sound[0];
  if (!mayDiffer || lettersApart > mostLettersApart.inexact) return undefined;
  return distance(sound, other) === 1 ? 1 + lettersApart : undefined;
}

/** The words from `at` on that one breath may have as a phrase: 1, 2 … of them. */
function runsFrom(words: readonly Word[], at: number, most: number): Word[][] {
  const runs: Word[][] = [];
  for (let count = 1; count <= most && at + count <= words.length; count += 1) {
    const [before, last] = [words[at + count - 2], words[at + count - 1]];
    if (count > 1 && (before === undefined || last === undefined || !continuesPhrase(before, last)))
      break;
    runs.push(words.slice(at, at + count));
  }
  return runs;
}

/** Whether words are written as a name: with a capital, and not as the first of a sentence. */
function isWrittenAsName(words: readonly Word[], at: number): boolean {
  const before = words[at - 1];
  const ends =
    /[.?!]$/.test(before?.punctuation ?? "") && !/^(mr|mrs|ms|dr|st)$/i.test(before?.text ?? "");
  const isFirst = before === undefined || ends;
  return !isFirst && /^\p{Lu}/u.test(words[at]?.text ?? "");
}

const isCommon = ({ text }: Word): boolean => common.has(text.toLowerCase());

/** The best phrase for the words from `at` on. */
function bestFrom(words: readonly Word[], at: number, entries: readonly Entry[]) {
  let best: { entry: Entry; run: Word[]; score: number } | undefined;
  const most = Math.max(...entries.map((entry) => entry.words)) + mostExtraWords;
  const isName = isWrittenAsName(words, at);
  for (const run of runsFrom(words, at, most)) {
    if (run.every(isCommon)) continue;
    const letters = lettersOf(run.map(({ text }) => text).join(""));
    for (const entry of entries) {
      if (run.length > entry.words + mostExtraWords) continue;
      const score = likeness(entry, letters, isName);
      if (score !== undefined && score < (best?.score ?? Infinity)) best = { entry, run, score };
    }
  }
  return best;
}

/**
 * Writes words that sound like a phrase of the vocabulary as the vocabulary says. What it has to the letter is
 * `applyVocabulary`'s. English spelling; phrases in other scripts than Latin are left alone.
 */
export function respellBySound(
  words: readonly Word[],
  vocabulary: readonly VocabularyPhrase[],
): Word[] {
  const entries = entriesOf(vocabulary);
  if (entries.length === 0) return [...words];
  const result: Word[] = [];
  for (let at = 0; at < words.length;) {
    const best = bestFrom(words, at, entries);
    const word = words[at];
    if (best !== undefined) result.push(...rewritten(best.run, best.entry.written));
    else if (word !== undefined) result.push(word);
    at += best?.run.length ?? 1;
  }
  return result;
}
