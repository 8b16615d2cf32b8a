import { spaceBetween } from "../../media/spacing.ts";
import type { Word } from "../../media/transcript.ts";
import { bandOf, type BandId } from "./bands.ts";
import { directionOf, plainText } from "./script.ts";

/** Text that is set in one go: of one band of confidence and one direction. */
export interface TextPiece {
  readonly text: string;
  readonly band: BandId;
  readonly rightToLeft: boolean;
}

/** Bands that are not shaded: spaces go to them, so that a shade ends with its word. */
const unshaded: ReadonlySet<BandId> = new Set(["Certain", "Unrated"]);

/**
 * A passage's words as few pieces as there may be. Words without a letter go in the direction of
 * the one before.
 */
export function piecesOf(words: readonly Word[], rightToLeft: boolean): TextPiece[] {
  const pieces: { text: string; band: BandId; rightToLeft: boolean }[] = [];
  let left = "";
  for (const word of words) {
    const text = plainText(word.text + (word.punctuation ?? "")).trim();
    if (text === "") continue;
    const last = pieces.at(-1);
    const direction = directionOf(text);
    const rtl = direction === undefined ? (last?.rightToLeft ?? rightToLeft) : direction === "rtl";
    const band = bandOf(word);
    const space = spaceBetween(left, text);
    left = text;
    if (last !== undefined && last.band === band && last.rightToLeft === rtl)
      last.text += space + text;
    else if (last === undefined || unshaded.has(band))
      pieces.push({ text: space + text, band, rightToLeft: rtl });
    else {
      last.text += space;
      pieces.push({ text, band, rightToLeft: rtl });
    }
  }
  return pieces;
}
