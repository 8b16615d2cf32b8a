import type { Grammar } from "./grammar.ts";
import type { Token } from "./tokens.ts";

const bare = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}']/gu, "");

/** Whether a sentence ends with this token. */
export const endsSentence = (token: Token): boolean =>
  /[.?!…。？！][)"'”’」』]*$/u.test(token.text);

const endsClause = (token: Token): boolean => /[,;:–—、，；：][)"'”’」』]*$/u.test(token.text);

/**
 * How good a break between two tokens is, on a line or between captions: 0 is neutral, positive is good,
 * negative is bad. Where there is no punctuation, pauses decide.
 */
export function breakQuality(left: Token, right: Token, grammar: Grammar): number {
  const pauseMs = Math.max(0, right.startMs - left.endMs);
  let quality = Math.min(pauseMs, 1_000) / 50;
  if (endsSentence(left)) quality += 15;
  else if (endsClause(left)) quality += 8;
  if (grammar.openers.has(bare(right.text))) quality += 4;
  if (grammar.leaners.has(bare(left.text))) quality -= 8;
  if (right.isInside) quality -= 40;
  return quality;
}

/** Measures any stretch of tokens in constant time, by running sums. */
export function createRuler(tokens: readonly Token[]): (from: number, to: number) => number {
  const sums = [0];
  for (const token of tokens) sums.push((sums.at(-1) ?? 0) + token.length + token.space);
  return (from, to) =>
    (sums[to] ?? 0) - (sums[from] ?? 0) - (from < to ? (tokens[from]?.space ?? 0) : 0);
}

export interface Layout {
  /** Where the second line begins; absent when there is one line. */
  readonly second?: number;
  /** 0 is perfect. */
  readonly cost: number;
}

/**
 * Sets the tokens from `from` up to `to` on one line, or else on two balanced lines with the best break.
 * Undefined when they do not fit.
 */
export function layOut(
  tokens: readonly Token[],
  lengthOf: (from: number, to: number) => number,
  [from, to]: readonly [number, number],
  { longest, grammar }: { readonly longest: number; readonly grammar: Grammar },
): Layout | undefined {
  if (lengthOf(from, to) <= longest) return { cost: 0 };
  let best: { second: number; cost: number } | undefined;
  for (let second = from + 1; second < to; second += 1) {
    const [upper, lower] = [lengthOf(from, second), lengthOf(second, to)];
    if (upper > longest) break;
    const [left, right] = [tokens[second - 1], tokens[second]];
    if (lower > longest || left === undefined || right === undefined) continue;
    const cost = 10 + Math.abs(upper - lower) / 4 - breakQuality(left, right, grammar) / 2;
    if (best === undefined || cost < best.cost) best = { second, cost };
  }
  return best;
}
