import type { Cue } from "../media/cue.ts";
import { speakerName } from "../media/speaker-name.ts";
import { clock } from "./clock.ts";

export interface SrtOptions {
  /** Names the speaker where another one begins, before the text: `Speaker 1: …`. Default: false. */
  readonly voices?: boolean;
}

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, " ").trim();

/** The lines of a caption, with its speaker's name where it is another one than before. */
function namedLines({ lines, speaker }: Cue, before: Cue | undefined): readonly string[] {
  if (speaker === undefined || speaker === before?.speaker) return lines;
  const [first = "", ...others] = lines;
  return [`${oneLine(speakerName(speaker))}: ${first}`, ...others];
}

/**
 * Captions as SubRip text (.srt, UTF-8). The format has no escaping. An arrow in the text, which a player
 * would read as a time line, becomes `→`.
 */
export function srt(cues: readonly Cue[], { voices = false }: SrtOptions = {}): string {
  return cues
    .map((cue, index) => {
      const { startMs, endMs } = cue;
      const lines = voices ? namedLines(cue, cues[index - 1]) : cue.lines;
      const time = `${clock(startMs, ",")} --> ${clock(endMs, ",")}`;
      return `${index + 1}\n${time}\n${lines.join("\n").replaceAll("-->", "→")}\n`;
    })
    .join("\n");
}
