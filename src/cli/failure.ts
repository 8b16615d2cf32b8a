import type { MediaError } from "../media/errors.ts";
import type { JobFailure } from "../media/job.ts";
import { printable } from "./text.ts";

/** The exit codes of every command; 128 + its number when a signal ended it. */
export const exitCodes = { done: 0, couldNotRun: 1, someFailed: 2 } as const;

/** An error for programs: `{"error": ErrorJson}` when a command could not run. */
export interface ErrorJson {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

export function errorJson(error: MediaError | JobFailure): ErrorJson {
  return { code: error.code, message: error.message, remedy: error.remedy };
}

/** `what and why (code). remedy`, on one line. */
export function errorText(error: ErrorJson): string {
  const message = error.message
    .trim()
    .replace(/\s*\n\s*/g, " ")
    .replace(/[.\s]+$/, "");
  return `${printable(message)} (${error.code}). ${printable(error.remedy)}`;
}

/** A message with the file it is about, unless it already says so. */
export function aboutPath(path: string, error: ErrorJson): ErrorJson {
  const named = error.message.includes(path) || error.message.includes(JSON.stringify(path));
  return named ? error : { ...error, message: `${path}: ${error.message}` };
}
