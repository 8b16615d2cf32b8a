import type { ReadPassage, ReadTranscript } from "./passage.ts";
import { isTimeLine, linesOf, timesOf, type Times } from "./lines.ts";
import { refuse } from "./refuse.ts";
import { speakerLabel } from "./speaker.ts";
import { wordsOf } from "./words.ts";

/** Tags and orders that SubRip players know; everything else is text. */
const markup = /<\/?(?:b|i|u|s|font)(?:\s[^<>]*)?>|\{\\[^{}]*\}/giu;

/** A turn of two in one caption begins with a dash, or with a name as `export --voices` writes them. */
const dash = /^\s*[-–—]\s*/u;
const voice = /^\s*((?:Speaker|Channel) \d+):\s+(.*)$/su;

function passagesOf(times: Times, lines: readonly string[]): ReadPassage[] {
  const plain = lines.map((line) => line.replace(markup, ""));
  const isTurn = (line: string): boolean => dash.test(line) || voice.test(line);
  const isDialogue = plain.length === 2 && plain.every(isTurn);
  const turns = isDialogue ? plain.map((line) => line.replace(dash, "")) : [plain.join(" ")];
  const stepMs = (times.endMs - times.startMs) / turns.length;
  return turns.map((turn, index) => {
    const [, name, said] = voice.exec(turn) ?? [];
    return {
      startMs: Math.round(times.startMs + index * stepMs),
      endMs: Math.round(times.startMs + (index + 1) * stepMs),
      words: wordsOf(said ?? turn),
      ...(name !== undefined && { speaker: speakerLabel(name) }),
    };
  });
}

/**
 * Reads SubRip. Numbers are not needed, times may have a point, and text behind a blank line belongs to the
 * caption before it. @throws MediaError `invalid_argument` that names the line
 */
export function readSrt(text: string): ReadTranscript {
  const passages: ReadPassage[] = [];
  let times: Times | undefined;
  let said: string[] = [];
  const end = (): void => {
    if (times !== undefined) passages.push(...passagesOf(times, said));
    said = [];
  };
  const lines = linesOf(text);
  for (const [index, line] of lines.entries()) {
    const isNumber = /^\s*\d+\s*$/.test(line) && isTimeLine(lines[index + 1] ?? "");
    if (isTimeLine(line)) {
      end();
      times = timesOf(line, index + 1);
    } else if (line.trim() !== "" && !isNumber) {
      if (times === undefined)
        refuse(`line ${index + 1}`, "text stands before the first time line");
      said.push(line);
    }
  }
  end();
  if (times === undefined) refuse("line 1", "there is no time line");
  return { format: "srt", passages: passages.filter(({ words }) => words.length > 0) };
}
