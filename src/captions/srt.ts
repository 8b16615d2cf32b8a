import type { Cue } from "../media/cue.ts";
import { speakerName } from "../media/speaker-name.ts";
import { clock } from "./clock.ts";

export interface SrtOptions {
  /** Names the speaker where another one begins, before the text: `Speaker 1: …`. Default: false. */
  readonly voices?: boolean;
  /** The number of the first caption. Default: 1. */
  readonly firstNumber?: number;
}

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, " ").trim();

const named = (line: string, speaker: string): string =>
  `${oneLine(speakerName(speaker))}: ${line}`;

/** The lines of a caption, with its speaker's name where it is another one than before. */
function namedLines({ lines, speaker, turns }: Cue, before: Cue | undefined): readonly string[] {
  if (turns !== undefined)
    return lines.map((line, index) => {
      const who = turns[index];
      return who === undefined ? line : named(line.replace(/^- /, ""), who);
    });
  const last = before?.turns === undefined ? before?.speaker : before.turns.at(-1);
  if (speaker === undefined || speaker === last) return lines;
  const [first = "", ...others] = lines;
  return [named(first, speaker), ...others];
}

/**
 * Signs that a player takes as a tag, an override or an escape, and shows nothing of. Their full-width forms
 * read the same, and NFKC gives the first ones back.
 */
const fullWidth: Readonly<Record<string, string>> = {
  "<": "\uff1c",
  ">": "\uff1e",
  "{": "\uff5b",
  "}": "\uff5d",
  "\\": "\uff3c",
  "&": "\uff06",
};

/**
 * The text as a player shows it: SubRip has no escaping. `>` and `}` mean something only behind `<` and `{`,
 * `&` in `&lt;`.
 */
function shown(text: string): string {
  const swap = (sign: string): string => fullWidth[sign] ?? sign;
  let safe = text.replaceAll("-->", "→").replace(/\\|&(?=#?\w{1,31};)/g, swap);
  if (safe.includes("<")) safe = safe.replace(/[<>]/g, swap);
  return /[{}]/.test(safe) ? safe.replace(/[{}]/g, swap) : safe;
}

/**
 * Captions as SubRip text (.srt, UTF-8). Every player shows all of it: what it would take as markup is
 * written in full-width signs, and an arrow, which it would read as a time line, as `→`.
 */
export function srt(
  cues: readonly Cue[],
  { voices = false, firstNumber = 1 }: SrtOptions = {},
): string {
  return cues
    .map((cue, index) => {
      const { startMs, endMs } = cue;
      const lines = voices ? namedLines(cue, cues[index - 1]) : cue.lines;
      const time = `${clock(startMs, ",")} --> ${clock(endMs, ",")}`;
      return `${index + firstNumber}\n${time}\n${shown(lines.join("\n"))}\n`;
    })
    .join("\n");
}
