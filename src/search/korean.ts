/** Particles of one syllable that follow a noun. */
const short = [..."은는이가을를에의도로와과만들"];
/** Longer ones, or how they begin. */
const long =
  "에서 에게 까지 부터 으로 처럼 보다 이나 하고 한테 께서 이라 입니 에는 에도 로는 로도 들이 들은 들을 들의 들에 들도".split(
    " ",
  );

/**
 * The forms that a Korean word may have in a text: endings are written together with it (서울 in 서울에서).
 * A word of two and more syllables stands for everything that begins with it. One syllable begins too many
 * other words, so only the particles may follow it.
 */
export function koreanForms(word: string): { token: string; isPrefix: boolean }[] {
  if (word.length > 1) return [{ token: word, isPrefix: true }];
  return [
    { token: word, isPrefix: false },
    ...short.map((ending) => ({ token: word + ending, isPrefix: false })),
    ...long.map((ending) => ({ token: word + ending, isPrefix: true })),
  ];
}

export const isKorean = (word: string): boolean => /^\p{sc=Hangul}+$/u.test(word);
