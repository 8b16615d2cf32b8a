import type { Cue } from "../media/cue.ts";
import { clock } from "./clock.ts";

/**
 * Captions as SubRip text (.srt, UTF-8). The format has no escaping. An arrow in the text, which a player
 * would read as a time line, becomes `→`.
 */
export function srt(cues: readonly Cue[]): string {
  return cues
    .map(({ startMs, endMs, lines }, index) => {
      const time = `${clock(startMs, ",")} --> ${clock(endMs, ",")}`;
      return `${index + 1}\n${time}\n${lines.join("\n").replaceAll("-->", "→")}\n`;
    })
    .join("\n");
}
