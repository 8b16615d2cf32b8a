/** A word of the run's dictionary, found in the sound. Frames are 10 ms, from the passage's start. */
export interface Segment {
  readonly name: string;
  readonly fromFrame: number;
  readonly toFrame: number;
  /** Logarithm of how well the sound fits; 0 at best, lower for longer words. */
  readonly score: number;
}

/** Silences, noises and hesitations, which no text has. */
const noWord = /^(?:<.*>|\[.*\]|\+\+.*|u[mh]_)$/;

/**
 * Reads a line of `-hypseg`: `id S scale T score A score L score`, then for each word its first frame,
 * two scores and its name, and after the last the frame at which all ends. Undefined for other lines.
 */
export function segmentsOfLine(line: string): { id: string; segments: Segment[] } | undefined {
  const fields = line.trim().split(/\s+/);
  const [id = ""] = fields;
  if (!/^p\d+$/.test(id) || fields[1] !== "S") return undefined;
  const rest = fields.slice(9);
  const segments: Segment[] = [];
  for (let at = 0; at + 4 < rest.length; at += 4) {
    const [fromFrame, score, toFrame] = [rest[at], rest[at + 1], rest[at + 4]].map(Number);
    const name = (rest[at + 3] ?? "").replace(/\(\d+\)$/, "");
    if (![fromFrame, score, toFrame].every(Number.isFinite)) return undefined;
    if (noWord.test(name)) continue;
    segments.push({ name, fromFrame: fromFrame ?? 0, toFrame: toFrame ?? 0, score: score ?? 0 });
  }
  return { id, segments };
}
