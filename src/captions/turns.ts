import type { CaptionRules } from "./rules.ts";
import type { SpokenCue } from "./spoken-cue.ts";
import { lengthOf } from "./tokens.ts";

const dash = "- ";

/** One line of a caption that holds two speakers. */
function turn(cue: SpokenCue): SpokenCue["spoken"][number] {
  const [first, ...others] = cue.spoken[0] ?? [];
  if (first === undefined) return [];
  return [{ ...first, text: dash + first.text, length: first.length + dash.length }, ...others];
}

/** Whether two captions may be one with a line for each speaker. */
function mayJoin(one: SpokenCue, next: SpokenCue, rules: CaptionRules): boolean {
  const fits = ({ lines }: SpokenCue): boolean =>
    lines.length === 1 && lengthOf(dash + (lines[0] ?? ""), rules.narrow) <= rules.lineLength;
  return (
    one.turns === undefined &&
    one.speaker !== next.speaker &&
    next.startMs - one.startMs < rules.minMs + rules.gapMs &&
    Math.max(one.endMs, next.endMs) - one.startMs <= rules.maxMs &&
    fits(one) &&
    fits(next)
  );
}

/**
 * Where two speakers follow each other faster than a caption may change, one caption has a line with a
 * dash for each (Netflix, Timed Text Style Guide: dual speakers).
 */
export function joinTurns(cues: readonly SpokenCue[], rules: CaptionRules): SpokenCue[] {
  const joined: SpokenCue[] = [];
  for (const cue of cues) {
    const last = joined.at(-1);
    if (last === undefined || !mayJoin(last, cue, rules)) {
      joined.push(cue);
      continue;
    }
    joined[joined.length - 1] = {
      startMs: last.startMs,
      endMs: Math.max(last.endMs, cue.endMs),
      lines: [last, cue].map(({ lines }) => dash + (lines[0] ?? "")),
      spoken: [turn(last), turn(cue)],
      turns: [last.speaker, cue.speaker],
    };
  }
  return joined;
}
