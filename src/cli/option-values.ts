import { InvalidArgumentError, Option } from "commander";
import { steps, type Step } from "../media/job.ts";

/** Options that several commands take, and how their values are parsed. Commander says what is allowed. */

function isStep(name: string): name is Step {
  return (steps as readonly string[]).includes(name);
}

export function parseSteps(value: string, before: readonly Step[] = []): readonly Step[] {
  const names = value.split(",").map((name) => name.trim());
  const chosen = names.filter(isStep);
  if (chosen.length < names.length)
    throw new InvalidArgumentError(`Allowed choices are ${steps.join(", ")}.`);
  return [...new Set([...before, ...chosen])];
}

function parseLimit(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value))
    throw new InvalidArgumentError("It must be a number from 1 up.");
  return Number(value);
}

/** A time in a film: `83.5`, `1:23.5` or `0:01:23.5`, in milliseconds; or `best`. */
export function parseTime(value: string): number | "best" {
  if (value === "best") return value;
  const found = /^(?:(?:(\d{1,4}):)?(\d{1,2}):)?(\d{1,6}(?:\.\d{1,3})?)$/.exec(value);
  if (found === null)
    throw new InvalidArgumentError(
      "It must be a time in seconds, or as 1:23 or 0:01:23.5, or best.",
    );
  const [, hours = "0", minutes = "0", seconds = "0"] = found;
  return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000);
}

export const posterOption = (): Option =>
  new Option(
    "--poster-at <time>",
    "take a film's poster at this time: 83.5, 1:23.5 …, or best (default: as before, else best)",
  ).argParser(parseTime);

export function parseFolder(value: string): string {
  if (value === "") throw new InvalidArgumentError("It must be a folder's path.");
  return value;
}

export const onlyOption = (): Option =>
  new Option(
    "--only <steps>",
    `only these steps and what they need: ${steps.join(", ")}`,
  ).argParser(parseSteps);

export const limitOption = (what: string): Option =>
  new Option("--limit <n>", `at most so many ${what}`).argParser(parseLimit);
