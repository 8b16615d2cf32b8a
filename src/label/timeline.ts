import type { Label, LabeledFrame, Labeling, LabelSegment, LabelSummary } from "../media/label.ts";

/** A gap of up to this many sampling intervals does not end a segment. */
const mergedGap = 2;
/** A label that was seen in fewer frames must be at least `aloneConfidence` sure. */
const neededHits = 2;
const aloneConfidence = 0.8;

interface Hit {
  readonly atMs: number;
  readonly confidence: number;
}

function hitsByName(frames: readonly LabeledFrame[]): Map<string, Hit[]> {
  const byName = new Map<string, Hit[]>();
  for (const { timestampMs, labels } of frames) {
    if (timestampMs === undefined) continue;
    for (const { name, confidence } of labels) {
      const hits = byName.get(name) ?? [];
      hits.push({ atMs: timestampMs, confidence });
      byName.set(name, hits);
    }
  }
  return byName;
}

function runsOf(hits: readonly Hit[], longestGapMs: number): Hit[][] {
  const runs: Hit[][] = [];
  for (const hit of hits) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last && hit.atMs - last.atMs <= longestGapMs) run.push(hit);
    else runs.push([hit]);
  }
  return runs;
}

/**
 * The times during which each label is seen, by start and name. Hits no more than two sampling
 * intervals apart are one segment; a segment counts when it has two hits or is 0.8 sure, so that
 * errors of a detector in a single frame are left out. Each hit stands for one interval of time.
 * In a video of a single frame one hit is enough.
 * @param intervalMs time between two frames
 * @param durationMs segments end here at the latest, when it is known
 */
export function segmentsOf(
  frames: readonly LabeledFrame[],
  intervalMs: number,
  durationMs?: number,
): LabelSegment[] {
  const enough = Math.min(neededHits, frames.length);
  const segments: LabelSegment[] = [];
  for (const [name, hits] of hitsByName(frames)) {
    for (const run of runsOf(hits, mergedGap * intervalMs)) {
      const startMs = run[0]?.atMs ?? 0;
      const lastMs = run.at(-1)?.atMs ?? startMs;
      const confidence = run.reduce((best, hit) => Math.max(best, hit.confidence), 0);
      if (run.length < enough && confidence < aloneConfidence) continue;
      // The last frame may be at the stated end, or after it when the container is wrong: it still lasts 1 ms.
      const endMs = Math.max(
        lastMs + 1,
        Math.min(lastMs + intervalMs, durationMs ?? Number.POSITIVE_INFINITY),
      );
      segments.push({ name, startMs, endMs, confidence });
    }
  }
  return segments.toSorted((a, b) => a.startMs - b.startMs || (a.name < b.name ? -1 : 1));
}

/**
 * Each label of a media file once, the surest first: of a video from its segments, of an image from its
 * frame.
 */
export function summarize(labeling: Labeling): LabelSummary[] {
  const best = new Map<string, LabelSummary>();
  const note = (name: string, confidence: number, parents: readonly string[]) => {
    if (confidence > (best.get(name)?.confidence ?? -1))
      best.set(name, { name, confidence, parents });
  };
  const seen = new Map<string, Label>();
  for (const { timestampMs, labels } of labeling.frames)
    for (const label of labels) {
      seen.set(label.name, label);
      if (timestampMs === undefined) note(label.name, label.confidence, label.parents);
    }
  for (const { name, confidence } of labeling.segments)
    note(name, confidence, seen.get(name)?.parents ?? []);
  return [...best.values()].toSorted(
    (a, b) => b.confidence - a.confidence || (a.name < b.name ? -1 : 1),
  );
}
