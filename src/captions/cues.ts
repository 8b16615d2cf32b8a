import type { Word } from "../media/transcript.ts";
import { grammarOf } from "./grammar.ts";
import { breakQuality, createRuler, endsSentence, layOut } from "./lines.ts";
import type { Layout } from "./lines.ts";
import { tradeRules } from "./rules.ts";
import type { SpokenCue } from "./spoken-cue.ts";
import { startsOf } from "./timing.ts";
import { joinTurns } from "./turns.ts";
import type { CaptionRules } from "./rules.ts";
import { tokensOf } from "./tokens.ts";
import type { Token } from "./tokens.ts";

interface Group {
  readonly from: number;
  readonly to: number;
  readonly layout: Layout;
}

/** The cost of one caption of the tokens from `from` up to `to`; undefined when it breaks a rule. */
function costOf(
  tokens: readonly Token[],
  ruler: (from: number, to: number) => number,
  [from, to]: readonly [number, number],
  rules: CaptionRules,
): { cost: number; layout: Layout } | undefined {
  const [first, last, next] = [tokens[from], tokens[to - 1], tokens[to]];
  if (first === undefined || last === undefined) return undefined;
  if (to - from > 1 && last.endMs - first.startMs > rules.maxMs) return undefined;
  const grammar = grammarOf(rules.language);
  const layout = layOut(tokens, ruler, [from, to], { longest: rules.lineLength, grammar });
  if (layout === undefined) return undefined;
  const length = ruler(from, to);
  const roomMs = next === undefined ? Infinity : next.startMs - rules.gapMs - first.startMs;
  const readingMs = (length / rules.charactersPerSecond) * 1000;
  // Each caption takes the reader's attention; a very short one takes the most for what it says.
  let cost = 12 + layout.cost + Math.max(0, 24 - length) / 3;
  if (next !== undefined) cost -= breakQuality(last, next, grammar);
  if (roomMs < rules.minMs) cost += 60 + (rules.minMs - roomMs) / 20;
  else if (roomMs < readingMs) cost += Math.min(20, (readingMs - roomMs) / 50);
  for (let index = from + 1; index < to; index += 1) {
    const [left, right] = [tokens[index - 1], tokens[index]];
    if (left === undefined || right === undefined) continue;
    cost += Math.max(0, right.startMs - left.endMs - 400) / 40;
    if (endsSentence(left)) cost += 4;
  }
  return { cost, layout };
}

/** The cheapest cut of one speaker's tokens into captions (dynamic programming). */
function group(tokens: readonly Token[], rules: CaptionRules): Group[] {
  const ruler = createRuler(tokens);
  const best: { cost: number; last?: Group }[] = [{ cost: 0 }];
  for (let to = 1; to <= tokens.length; to += 1) {
    let found: { cost: number; last?: Group } = { cost: Infinity };
    for (let from = to - 1; from >= 0; from -= 1) {
      if (ruler(from, to) > rules.lineLength * 2 + rules.narrow) break;
      const one = costOf(tokens, ruler, [from, to], rules);
      const cost = (best[from]?.cost ?? Infinity) + (one?.cost ?? Infinity);
      if (one !== undefined && cost < found.cost)
        found = { cost, last: { from, to, layout: one.layout } };
    }
    best.push(found);
  }
  const groups: Group[] = [];
  for (let last = best.at(-1)?.last; last !== undefined; last = best[last.from]?.last)
    groups.push(last);
  return groups.toReversed();
}

/** Splits tokens where a caption must end: at a new speaker, at a long pause, and where time goes back. */
function runsOf(tokens: readonly Token[], rules: CaptionRules): Token[][] {
  const runs: Token[][] = [];
  let previous: Token | undefined;
  for (const token of tokens) {
    const ends =
      previous === undefined ||
      previous.speaker !== token.speaker ||
      token.startMs < previous.startMs ||
      token.startMs - previous.endMs >= rules.pauseMs;
    if (ends) runs.push([token]);
    else runs.at(-1)?.push(token);
    previous = token;
  }
  return runs;
}

const lineOf = (tokens: readonly Token[]): string =>
  tokens.map(({ text, before }, index) => (index === 0 ? text : before + text)).join("");

/** Captions whose times are still those of their words. */
function draft(run: readonly Token[], rules: CaptionRules): SpokenCue[] {
  return group(run, rules).map(({ from, to, layout }) => {
    const second = layout.second ?? to;
    const rows = [run.slice(from, second), run.slice(second, to)].filter((row) => row.length > 0);
    const [first, last] = [run[from], run[to - 1]];
    return {
      startMs: first?.startMs ?? 0,
      endMs: last?.endMs ?? 0,
      lines: rows.map(lineOf),
      spoken: rows,
      ...(first?.speaker === undefined ? {} : { speaker: first.speaker }),
    };
  });
}

/**
 * Gives each caption its time: from its first word, for as long as it takes to say and to read it, within
 * the rules, and not into the next caption. Where captions follow one another too fast for that, they begin
 * later, at most `maxLagMs` (timing.ts), and stay shorter than the rules ask.
 */
function timed(cues: readonly SpokenCue[], rules: CaptionRules): SpokenCue[] {
  const starts = startsOf(cues, rules);
  return cues.map((cue, index) => {
    const startMs = starts[index] ?? cue.startMs;
    const length = cue.spoken.flat().reduce((sum, token) => sum + token.length + token.space, 0);
    const readingMs = Math.ceil((length / rules.charactersPerSecond) * 1000);
    const wanted = Math.max(cue.endMs, startMs + Math.max(rules.minMs, readingMs));
    const slotMs = (starts[index + 1] ?? Infinity) - startMs;
    const roomMs =
      slotMs >= rules.minMs + rules.gapMs ? slotMs - rules.gapMs : shared(slotMs, rules);
    return { ...cue, startMs, endMs: Math.min(wanted, startMs + roomMs, startMs + rules.maxMs) };
  });
}

/** Of a slot that is too short for the rules, what is shown: the gap gets its share of it. */
function shared(slotMs: number, { minMs, gapMs }: CaptionRules): number {
  return Math.max(1, slotMs - Math.floor((slotMs * gapMs) / (minMs + gapMs)));
}

/**
 * Captions from words: at most two lines, broken where they read best, in time with the speech.
 * Every word is in exactly one caption, in order; where the times of words go back, captions are in the order
 * of time. Captions never overlap. Two speakers share one only where they alternate too fast for two, with a
 * line for each. No caption begins more than `maxLagMs` after its words, unless a thousand of them would have
 * to begin in a second.
 * A word too long for a line is cut between characters. A text without spaces (Chinese, Japanese, Thai …)
 * is broken between its words. Nothing is reordered.
 */
export function cuesFrom(words: readonly Word[], options: Partial<CaptionRules> = {}): SpokenCue[] {
  const rules = { ...tradeRules, ...options };
  const tokens = tokensOf(words, rules);
  const drafts = runsOf(tokens, rules).flatMap((run) => draft(run, rules));
  const inTime = drafts.toSorted((one, other) => one.startMs - other.startMs);
  return timed(joinTurns(inTime, rules), rules);
}
