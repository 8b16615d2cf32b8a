import { spaceBetween } from "../../media/spacing.ts";
import type { Word } from "../../media/transcript.ts";
import { bandOf, type BandId } from "./bands.ts";
import { directionOf, plainText } from "./script.ts";

/** A run of text in one band of confidence and one direction. */
export interface TextPiece {
  readonly text: string;
  readonly band: BandId;
  readonly rightToLeft: boolean;
}

/** Bands without a shade. Spaces belong to them, so that a shade ends with its word. */
const unshaded: ReadonlySet<BandId> = new Set(["Certain", "Unrated"]);

/** A word with the punctuation behind it. */
interface SetWord extends TextPiece {
  readonly mark: string;
}

/** A word without a letter takes the direction of the word before it. */
function setWords(words: readonly Word[], rightToLeft: boolean): SetWord[] {
  const all: SetWord[] = [];
  let before = rightToLeft;
  for (const word of words) {
    const text = plainText(word.text).replace(/^ +| +$/g, "");
    const mark = plainText(word.punctuation ?? "").replace(/ +$/, "");
    if (text + mark === "") continue;
    const direction = directionOf(text);
    before = direction === undefined ? before : direction === "rtl";
    all.push({ text, mark, band: bandOf(word), rightToLeft: before });
  }
  return all;
}

/** The space between two words belongs to an unshaded neighbour, or else is a run of its own. */
function spaceOf(left: SetWord, right: SetWord, rightToLeft: boolean): TextPiece {
  const text = " ";
  if (left.band === right.band && left.rightToLeft === right.rightToLeft) return { ...left, text };
  const host = [right, left].find(({ band }) => unshaded.has(band));
  return { text, band: host?.band ?? "Certain", rightToLeft: host?.rightToLeft ?? rightToLeft };
}

/**
 * The words of a passage in as few runs as possible. As in Unicode's bidirectional algorithm (UAX #9,
 * N1 and N2), punctuation goes with the words on both sides of it when they go one way, else with the
 * paragraph: a full stop after `Dickens` ends the Arabic sentence at its left.
 * @param rightToLeft the paragraph's direction
 */
export function piecesOf(words: readonly Word[], rightToLeft: boolean): TextPiece[] {
  const pieces: { text: string; band: BandId; rightToLeft: boolean }[] = [];
  const add = ({ text, band, rightToLeft: rtl }: TextPiece): void => {
    const last = pieces.at(-1);
    if (last?.band === band && last.rightToLeft === rtl) last.text += text;
    else if (text !== "") pieces.push({ text, band, rightToLeft: rtl });
  };
  const all = setWords(words, rightToLeft);
  for (const [index, word] of all.entries()) {
    const next = all[index + 1];
    add(word);
    const isWithin = next?.rightToLeft === word.rightToLeft;
    const markRtl = isWithin ? word.rightToLeft : rightToLeft;
    add({ text: word.mark, band: word.band, rightToLeft: markRtl });
    if (next === undefined || spaceBetween(word.text + word.mark, next.text + next.mark) === "")
      continue;
    add(spaceOf(word, next, rightToLeft));
  }
  return pieces;
}
