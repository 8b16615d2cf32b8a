import type { NoticeContent, NoticeFailure } from "../media/notice.ts";

/** Whether the file itself is at fault, and not the machine or a program. */
const isAboutFile = (code: string): boolean =>
  /^(?:unsupported|damaged|encrypted|empty|limit)_/.test(code);

/** What became of a step, in words. A file that the probe refuses is no step that failed: it cannot be used. */
export function failureText({ step, code, message }: NoticeFailure): string {
  if (code === "cancelled") return `${step} was cancelled`;
  const what =
    step === "probe" && isAboutFile(code) ? "This file cannot be used" : `${step} failed`;
  return `${what}: ${message} (${code})`;
}

/** How a run ended, behind the media file's name. */
type Outcome = "is ready" | "is incomplete" | "was cancelled" | "cannot be used" | "failed";

export function outcomeOf({
  failures = [],
  incomplete,
}: Pick<NoticeContent, "failures" | "incomplete">): Outcome {
  if (failures.length === 0) return incomplete === undefined ? "is ready" : "is incomplete";
  if (failures.every(({ code }) => code === "cancelled")) return "was cancelled";
  return failures.some((one) => one.step === "probe" && isAboutFile(one.code))
    ? "cannot be used"
    : "failed";
}

/** The same before the name. */
export const subjectWords: Readonly<Record<Outcome, string>> = {
  "is ready": "Ready",
  "is incomplete": "Incomplete",
  "was cancelled": "Cancelled",
  "cannot be used": "Cannot be used",
  failed: "Failed",
};
