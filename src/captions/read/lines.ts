import { checkedMs, checkedSpan, refuse } from "./refuse.ts";

const clock = String.raw`(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})`;
const timeLine = new RegExp(String.raw`^\s*${clock}\s*-->\s*${clock}(?:\s.*)?$`);

function msOf([hours, minutes, seconds, fraction]: readonly (string | undefined)[]): number {
  const whole = (Number(hours ?? 0) * 60 + Number(minutes)) * 60 + Number(seconds);
  return whole * 1000 + Number((fraction ?? "").padEnd(3, "0"));
}

export interface Times {
  readonly startMs: number;
  readonly endMs: number;
}

export const isTimeLine = (line: string): boolean => line.includes("-->");

/** The times of a line `00:00:01,000 --> 00:00:02,000`. @throws MediaError `invalid_argument` */
export function timesOf(line: string, number: number): Times {
  const place = `line ${number}`;
  const found = timeLine.exec(line);
  if (found === null) refuse(place, `${JSON.stringify(line.trim().slice(0, 60))} is no time line`);
  const fields = found.slice(1);
  if (Number(fields[2]) > 59 || Number(fields[6]) > 59) refuse(place, "a minute has 60 seconds");
  const startMs = checkedMs(msOf(fields.slice(0, 4)), place);
  const endMs = checkedMs(msOf(fields.slice(4)), place);
  checkedSpan(startMs, endMs, place);
  return { startMs, endMs };
}

export const linesOf = (text: string): string[] => text.split(/\r\n|\n|\r/);
