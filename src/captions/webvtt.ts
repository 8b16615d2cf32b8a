import type { Cue } from "../media/cue.ts";
import { clock } from "./clock.ts";
import type { SpokenCue } from "./cues.ts";

export interface WebVttOptions {
  /** Says who speaks, by voice tags, where it is known. Default: false. */
  readonly voices?: boolean;
  /** Marks the time of each word, for players that follow along. Default: false. */
  readonly wordTimes?: boolean;
  /** A comment, which players do not show. */
  readonly note?: string;
}

/** Characters with a meaning in cue text; escaping `>` also disarms `-->`. https://www.w3.org/TR/webvtt1/#webvtt-cue-text */
const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

const escaped = (text: string): string => text.replace(/[&<>]/g, (sign) => escapes[sign] ?? sign);

/** Names and comments stand on one line, and an arrow would begin a caption. */
const oneLine = (text: string): string =>
  text
    .replace(/[\s\p{Cc}]+/gu, " ")
    .replaceAll("-->", "→")
    .trim();

const hasTimes = (cue: Cue): cue is SpokenCue => "spoken" in cue;

/** The lines with a time before each word; a time must lie within the cue and after the last one. */
function timedLines(cue: SpokenCue): string[] {
  let last = cue.startMs;
  return cue.spoken.map((row) =>
    row
      .map(({ text, before, startMs }, index) => {
        const space = index === 0 ? "" : before;
        if (startMs <= last || startMs >= cue.endMs) return space + escaped(text);
        last = startMs;
        return `${space}<${clock(startMs, ".")}>${escaped(text)}`;
      })
      .join(""),
  );
}

/** Captions as WebVTT text (.vtt, UTF-8). */
export function webVtt(cues: readonly Cue[], options: WebVttOptions = {}): string {
  const blocks = cues.map((cue) => {
    const lines =
      options.wordTimes === true && hasTimes(cue) ? timedLines(cue) : cue.lines.map(escaped);
    const voice =
      options.voices === true && cue.speaker !== undefined
        ? `<v ${escaped(oneLine(cue.speaker))}>`
        : "";
    const time = `${clock(cue.startMs, ".")} --> ${clock(cue.endMs, ".")}`;
    return `${time}\n${voice}${lines.join("\n")}\n`;
  });
  const note = options.note === undefined ? [] : [`NOTE ${oneLine(options.note)}\n`];
  return ["WEBVTT\n", ...note, ...blocks].join("\n");
}
