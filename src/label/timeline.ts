import type { Label, LabeledFrame, Labeling, LabelSegment, LabelSummary } from "../media/label.ts";
import { type Hit, hitsByName, runsOf } from "./hits.ts";

/** A gap of up to this many sampling intervals does not end a segment. */
const mergedGap = 2;
/** A label that was seen in one frame only must be so sure, and so large a part of the picture. */
const aloneConfidence = 0.8;
const aloneSize = 0.05;
/** What is left of the confidence of a single frame: under 0.9, which needs two. */
const aloneFactor = 0.9;

/**
 * How sure a run of hits is: as sure as two of its frames are, the second best. One frame that is large
 * and sure counts, too, but less. Undefined: time does not bear it out.
 */
function confidenceOf(run: readonly Hit[]): number | undefined {
  const [, second] = run.map(({ confidence }) => confidence).toSorted((a, b) => b - a);
  const alone = run
    .filter(({ confidence, size }) => confidence >= aloneConfidence && size >= aloneSize)
    .map(({ confidence }) => confidence * aloneFactor);
  const best = Math.max(second ?? 0, ...alone);
  return best > 0 ? best : undefined;
}

/**
 * The times during which each label is seen, by start and name. Hits no more than two sampling
 * intervals apart are one segment. A segment counts when it has two hits, or one that is 0.8 sure and
 * fills a twentieth of the picture: errors of a detector in a single frame are left out. Each hit stands
 * for one interval of time. In a video of a single frame one hit is enough, and as sure as it is.
 * @param intervalMs time between two frames
 * @param durationMs segments end here at the latest, when it is known
 */
export function segmentsOf(
  frames: readonly LabeledFrame[],
  intervalMs: number,
  durationMs?: number,
): LabelSegment[] {
  const isStill = frames.length === 1;
  const segments: LabelSegment[] = [];
  for (const [name, hits] of hitsByName(frames)) {
    for (const run of runsOf(hits, mergedGap * intervalMs)) {
      const startMs = run[0]?.atMs ?? 0;
      const lastMs = run.at(-1)?.atMs ?? startMs;
      const confidence = isStill ? run[0]?.confidence : confidenceOf(run);
      if (confidence === undefined) continue;
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

/** A label that is no surer than that, nor are its places. */
function atMost(label: Label, most: number): Label {
  const capped = (confidence: number) => Math.min(confidence, most);
  const instances = label.instances.map((one) => ({
    ...one,
    confidence: capped(one.confidence),
  }));
  return { ...label, confidence: capped(label.confidence), instances };
}

/** The frames with the labels that time bears out: those of a segment, and no surer than it is. */
export function borneOut(
  frames: readonly LabeledFrame[],
  segments: readonly LabelSegment[],
): LabeledFrame[] {
  const byName = Map.groupBy(segments, ({ name }) => name);
  return frames.map((frame) => {
    const at = frame.timestampMs ?? 0;
    const labels = frame.labels.flatMap((label) => {
      const within = byName
        .get(label.name)
        ?.find(({ startMs, endMs }) => startMs <= at && at < endMs);
      return within === undefined ? [] : [atMost(label, within.confidence)];
    });
    return { ...frame, labels };
  });
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
