import type { Readable } from "node:stream";
import type { Progress } from "../../media/engine.ts";

/** One report of ffmpeg's `-progress`. */
export interface Report {
  /** The latest time written, over all outputs. */
  readonly outTimeMs?: number;
  /** Frames of the first video output. */
  readonly frames?: number;
  /** Media seconds processed per second. */
  readonly speed?: number;
}

/** A report has a few hundred bytes. More without a line break is not a report. */
const longestLine = 65_536;

/** Reads reports until the stream ends, passes each one on, and returns the last. */
export async function readReports(
  stdout: Readable,
  onReport: (report: Report) => void,
): Promise<Report> {
  let last: Report = {};
  let values = new Map<string, string>();
  let rest = "";
  stdout.setEncoding("utf8");
  for await (const text of stdout as AsyncIterable<string>) {
    const lines = (rest + text).split("\n");
    rest = (lines.pop() ?? "").slice(-longestLine);
    for (const line of lines) {
      const [key = "", value = ""] = line.split("=");
      values.set(key, value.trim());
      if (key !== "progress") continue; // the last line of each report
      last = reportOf(values);
      values = new Map();
      onReport(last);
    }
  }
  return last;
}

/** A number from its text; undefined for `N/A`, other text and nothing. */
function numberOf(text: string | undefined): number | undefined {
  const number = text === undefined || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

function reportOf(values: ReadonlyMap<string, string>): Report {
  const outTimeUs = numberOf(values.get("out_time_us"));
  const frames = numberOf(values.get("frame"));
  const speed = numberOf(values.get("speed")?.replace(/x$/, ""));
  return {
    // Before the first packet ffmpeg reports a large negative time.
    ...(outTimeUs === undefined || outTimeUs < 0
      ? {}
      : { outTimeMs: Math.round(outTimeUs / 1000) }),
    ...(frames === undefined ? {} : { frames }),
    ...(speed === undefined ? {} : { speed }),
  };
}

/** The progress of a run over `totalMs`; without that only the speed is known. */
export function progressOf(report: Report, totalMs: number | undefined): Progress {
  const { outTimeMs, speed } = report;
  const known = speed === undefined ? {} : { speed };
  if (totalMs === undefined || totalMs <= 0 || outTimeMs === undefined) return known;
  const doneMs = Math.min(outTimeMs, totalMs);
  const fraction = doneMs / totalMs;
  if (speed === undefined || speed <= 0) return { ...known, fraction };
  return { ...known, fraction, remainingMs: Math.round((totalMs - doneMs) / speed) };
}
