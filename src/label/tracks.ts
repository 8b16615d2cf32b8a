import type { Box, LabeledFrame } from "../media/label.ts";
import { overlap } from "./geometry.ts";

/** Two boxes of one name in neighbouring frames that overlap at least this much are the same thing. */
const linked = 0.3;

/** A thing that was not seen for more sampling intervals than this has gone; a later box is another thing. */
const longestGap = 2;

interface Track {
  readonly id: number;
  readonly name: string;
  box: Box;
  lastMs: number;
}

/**
 * Numbers the things of a video: instances of one name that overlap from one frame to the next are
 * one thing and get one number, from 1 on in the order in which they appear. The pair that overlaps most
 * is linked first. A thing that moves by more than its size between two frames gets a new number.
 * @param intervalMs time between two frames
 */
export function linkInstances(frames: readonly LabeledFrame[], intervalMs: number): LabeledFrame[] {
  let living: Track[] = [];
  let count = 0;
  return frames.map((frame) => {
    const { timestampMs } = frame;
    if (timestampMs === undefined) return frame;
    living = living.filter(({ lastMs }) => timestampMs - lastMs <= longestGap * intervalMs);
    const here = frame.labels.flatMap((label) =>
      label.instances.map((instance) => ({ name: label.name, instance })),
    );
    const pairs = here
      .flatMap((one) =>
        living
          .filter(({ name }) => name === one.name)
          .map((track) => ({ one, track, shared: overlap(track.box, one.instance.box) })),
      )
      .filter(({ shared }) => shared >= linked)
      .toSorted((a, b) => b.shared - a.shared);
    const trackOf = new Map<object, Track>();
    const taken = new Set<Track>();
    for (const { one, track } of pairs) {
      if (taken.has(track) || trackOf.has(one.instance)) continue;
      taken.add(track);
      trackOf.set(one.instance, track);
    }
    for (const { name, instance } of here) {
      const track = trackOf.get(instance);
      if (track) Object.assign(track, { box: instance.box, lastMs: timestampMs });
      else {
        count += 1;
        const begun = { id: count, name, box: instance.box, lastMs: timestampMs };
        living.push(begun);
        trackOf.set(instance, begun);
      }
    }
    const labels = frame.labels.map((label) => ({
      ...label,
      instances: label.instances.map((instance) => {
        const track = trackOf.get(instance)?.id;
        return track === undefined ? instance : { ...instance, track };
      }),
    }));
    return { ...frame, labels };
  });
}
