import { MediaError } from "../../media/errors.ts";

/** The latest time that a transcript may have: 1,000 hours. */
const latestMs = 1_000 * 3_600_000;

/** Refuses a file at a place: `line 12`, `segments[3].start`. */
export function refuse(place: string, why: string): never {
  throw new MediaError("invalid_argument", `this transcript cannot be read at ${place}: ${why}`, {
    remedy: "Correct that place, or save the transcript again as SRT, WebVTT or JSON.",
  });
}

/** Seconds as milliseconds. */
export function millisecondsOf(seconds: unknown, place: string): number {
  const value = typeof seconds === "string" && seconds.trim() !== "" ? Number(seconds) : seconds;
  if (typeof value !== "number" || !Number.isFinite(value))
    refuse(place, "it is not a time in seconds");
  return checkedMs(Math.round(value * 1000), place);
}

export function checkedMs(ms: number, place: string): number {
  if (ms < 0) refuse(place, "it is before the beginning");
  if (ms > latestMs) refuse(place, "it is later than 1,000 hours");
  return ms;
}

/** @throws MediaError `invalid_argument` when something ends before it begins */
export function checkedSpan(startMs: number, endMs: number, place: string): void {
  if (endMs < startMs) refuse(place, "it ends before it begins");
}
