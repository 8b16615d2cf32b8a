import type { Cue } from "../media/cue.ts";
import { speakerName } from "../media/speaker-name.ts";
import { clock } from "./clock.ts";
import type { SpokenCue } from "./spoken-cue.ts";

export interface WebVttOptions {
  /** Names the speaker in voice tags, where known. Default: false. */
  readonly voices?: boolean;
  /** Adds the time of each word, for players that highlight it. Default: false. */
  readonly wordTimes?: boolean;
  /** A comment; players do not show it. */
  readonly note?: string;
}

/** Characters with a meaning in cue text; escaping `>` also disarms `-->`. https://www.w3.org/TR/webvtt1/#webvtt-cue-text */
const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

const escaped = (text: string): string => text.replace(/[&<>]/g, (sign) => escapes[sign] ?? sign);

/** One line without an arrow, which would begin a caption: for names and comments. */
const oneLine = (text: string): string =>
  text
    .replace(/[\s\p{Cc}]+/gu, " ")
    .replaceAll("-->", "→")
    .trim();

const hasTimes = (cue: Cue): cue is SpokenCue => "spoken" in cue;

/** The lines with a time before each word. A time must lie within the cue and after the one before. */
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

/** A line in the voice of its speaker. Where each line has its own, the voice ends with the line. */
function voice(line: string, speaker: string | undefined, isOneOfTwo: boolean): string {
  if (speaker === undefined) return line;
  return `<v ${escaped(oneLine(speakerName(speaker)))}>${line}${isOneOfTwo ? "</v>" : ""}`;
}

/** Captions as WebVTT text (.vtt, UTF-8). */
export function webVtt(cues: readonly Cue[], options: WebVttOptions = {}): string {
  const blocks = cues.map((cue) => {
    const lines =
      options.wordTimes === true && hasTimes(cue) ? timedLines(cue) : cue.lines.map(escaped);
    const speakers = options.voices === true ? (cue.turns ?? [cue.speaker]) : [];
    const voiced = lines.map((line, index) => voice(line, speakers[index], speakers.length > 1));
    const time = `${clock(cue.startMs, ".")} --> ${clock(cue.endMs, ".")}`;
    return `${time}\n${voiced.join("\n")}\n`;
  });
  const note = options.note === undefined ? [] : [`NOTE ${oneLine(options.note)}\n`];
  return ["WEBVTT\n", ...note, ...blocks].join("\n");
}
