import type { Word } from "../media/transcript.ts";

/** The rules for captions. */
export interface CaptionRules {
  /** Characters on a line. Default: 42. */
  readonly lineLength: number;
  /** How much a half-width character counts. Default: 1; 0.5 where lines are measured in full-width ones. */
  readonly narrow: 0.5 | 1;
  /** Reading speed in characters a second. Default: 17. Fast speech may exceed it. */
  readonly charactersPerSecond: number;
  /** Default: 833 ms, 5/6 of a second. */
  readonly minMs: number;
  /** Default: 7,000 ms. */
  readonly maxMs: number;
  /** Between captions. Default: 80 ms, two frames of 25 a second. */
  readonly gapMs: number;
  /** A pause that always ends a caption. Default: 1,500 ms. */
  readonly pauseMs: number;
  /** BCP 47 primary language, whose small words decide where lines break. Default: `en`. */
  readonly language: string;
}

/** The trade's figures, as in Netflix's Timed Text Style Guide (general requirements, English). */
export const tradeRules: CaptionRules = {
  lineLength: 42,
  narrow: 1,
  charactersPerSecond: 17,
  minMs: 833,
  maxMs: 7_000,
  gapMs: 80,
  pauseMs: 1_500,
  language: "en",
};

/** Where the guides of single languages differ: docs/captions.md. */
const ofLanguage: Readonly<Record<string, Partial<CaptionRules>>> = {
  zh: { lineLength: 16, narrow: 0.5, charactersPerSecond: 9 },
  yue: { lineLength: 16, narrow: 0.5, charactersPerSecond: 9 },
  ja: { lineLength: 13, narrow: 0.5, charactersPerSecond: 4 },
  ko: { lineLength: 16, narrow: 0.5, charactersPerSecond: 12 },
  th: { lineLength: 35 },
};

const scripts = [
  ["ja", /[\p{sc=Hiragana}\p{sc=Katakana}]/u],
  ["ko", /\p{sc=Hangul}/u],
  ["zh", /\p{sc=Han}/u],
  ["th", /\p{sc=Thai}/u],
] as const;

/** How many words are sampled to find the script of a text. */
const sampleWords = 500;

/** The language of the script that a third of the words use. The stated language may be unknown or wrong. */
function languageOfScript(words: readonly Word[]): string | undefined {
  const sample = words.slice(0, sampleWords).map(({ text }) => text);
  const isCommon = (script: RegExp) =>
    sample.filter((text) => script.test(text)).length * 3 > sample.length;
  // Japanese has Han characters, too: a tenth of kana tells it apart.
  const kana = sample.filter((text) => scripts[0][1].test(text)).length;
  if (kana * 10 > sample.length) return "ja";
  return scripts.find(([, script]) => isCommon(script))?.[0];
}

/**
 * The rules for a language. Where the words are in the script of another language, the rules for that one.
 * @param languageCode BCP 47, or `und`
 */
export function rulesFor(languageCode: string, words: readonly Word[] = []): CaptionRules {
  const [primary = ""] = languageCode.toLowerCase().split(/[-_]/);
  const language = ofLanguage[primary] === undefined ? languageOfScript(words) : primary;
  return { ...tradeRules, language: language ?? primary, ...ofLanguage[language ?? primary] };
}
