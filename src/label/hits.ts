import type { LabeledFrame, LabelInstance } from "../media/label.ts";

/** A label in one frame of a video. */
export interface Hit {
  readonly atMs: number;
  readonly confidence: number;
  /** The part of the picture that its largest place takes, 0–1; 1 when the whole picture has the label. */
  readonly size: number;
}

const largest = (instances: readonly LabelInstance[]): number =>
  instances.reduce((most, { box }) => Math.max(most, box.width * box.height), 0);

/** How large each label of a frame is. A kind of things is as large as the largest of them. */
function sizesOf({ labels }: LabeledFrame): (name: string) => number {
  const placed = new Map<string, number>();
  for (const { name, parents, instances } of labels)
    if (instances.length > 0)
      for (const one of [name, ...parents])
        placed.set(one, Math.max(placed.get(one) ?? 0, largest(instances)));
  return (name) => placed.get(name) ?? 1;
}

/** Where each label is seen, by its name and in the order of time. */
export function hitsByName(frames: readonly LabeledFrame[]): Map<string, Hit[]> {
  const byName = new Map<string, Hit[]>();
  for (const frame of frames) {
    const { timestampMs: atMs } = frame;
    if (atMs === undefined) continue;
    const sizeOf = sizesOf(frame);
    for (const { name, confidence } of frame.labels) {
      const hits = byName.get(name) ?? [];
      hits.push({ atMs, confidence, size: sizeOf(name) });
      byName.set(name, hits);
    }
  }
  return byName;
}

/** Hits that are no further apart than this are one run. */
export function runsOf(hits: readonly Hit[], longestGapMs: number): Hit[][] {
  const runs: Hit[][] = [];
  for (const hit of hits) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last && hit.atMs - last.atMs <= longestGapMs) run.push(hit);
    else runs.push([hit]);
  }
  return runs;
}
