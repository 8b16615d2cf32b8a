/**
 * Notes about sound are no words: `[Music]`, `(speaking in foreign language)`, `*laughs*`, `♪`. Round
 * brackets around figures are: `(212)`.
 */
const note =
  /\[[^\]]*(?:\]|$)|【[^】]*(?:】|$)|\([^()\p{N}]*(?:\)|$)|（[^（）\p{N}]*(?:）|$)|\*[^*]+\*|[♩♪♫♬🎵🎶]+/gu;

/** A text without notes about sound, each of them a space. */
export function withoutSoundNotes<Character extends { readonly character: string }>(
  characters: readonly Character[],
): Character[] {
  const text = characters.map(({ character }) => character).join("");
  const notes = [...text.matchAll(note)].map(({ index, 0: { length } }) => [index, index + length]);
  if (notes.length === 0) return [...characters];
  let place = 0;
  return characters.map((one) => {
    const from = place;
    place += one.character.length;
    const isNote = notes.some(([start = 0, end = 0]) => start <= from && from < end);
    return isNote ? { ...one, character: " " } : one;
  });
}
