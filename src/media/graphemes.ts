/** Cut texts keep what a reader counts as one character: a letter with its marks, an emoji family. */

let segmenter: Intl.Segmenter | undefined;

/**
 * The beginning of a text with at most so many UTF-16 units, whole graphemes only. Linear in `most`, whatever
 * the text's length.
 */
export function beginningWithin(text: string, most: number): string {
  if (text.length <= most) return text;
  // made when first needed: most texts are short
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  // what follows decides whether the last grapheme is whole
  const window = text.slice(0, most + 64);
  let end = 0;
  for (const { segment, index } of segmenter.segment(window)) {
    if (index + segment.length > most) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}
