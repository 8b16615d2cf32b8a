/** Reads what ffmpeg writes to stderr with `-loglevel level+info`, line by line. */

/**
 * The time of a frame from a line of the filter showinfo, in milliseconds; 0 for a frame without a
 * time (a picture by itself). Undefined when the line is about something else.
 */
export function readFrameTime(line: string): number | undefined {
  // Lines without the name of a component repeat texts of the file, such as its title.
  if (line.startsWith("[info]")) return undefined;
  const time = /\bn: *\d+ pts: *\S+ +pts_time: *(\S+)/.exec(line)?.[1];
  if (time === undefined) return undefined;
  const seconds = Number(time);
  return Number.isFinite(seconds) ? Math.max(0, Math.round(seconds * 1000)) : 0;
}

/** A hard cut from a line of the filter scdet: when the new picture begins, and how sure it is, 0–1. */
export function readCut(line: string): { atMs: number; confidence: number } | undefined {
  if (line.startsWith("[info]")) return undefined;
  const found = /\blavfi\.scd\.score: *([\d.]+), *lavfi\.scd\.time: *([\d.]+)/.exec(line);
  if (!found) return undefined;
  const [score, seconds] = [Number(found[1]), Number(found[2])];
  if (!Number.isFinite(score) || !Number.isFinite(seconds)) return undefined;
  // The score is 0–100: ffmpeg reports cuts from 10 on, and 40 is certain.
  return { atMs: Math.round(seconds * 1000), confidence: Math.min(1, 0.5 + (score - 10) / 60) };
}

/** An error, without the decoder's address in memory: `h264: error while decoding MB 5 7`. */
export function readComplaint(line: string): string | undefined {
  const found =
    /^(?:\[([^\]]*) @ [^\]]+\] )?(?:\[[^\]]* @ [^\]]+\] )*\[(?:error|fatal|panic)\] (.*)$/.exec(
      line,
    );
  if (!found) return undefined;
  const [, part, text = ""] = found;
  return part === undefined ? text : `${part}: ${text}`;
}
