import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Box, LabeledFrame } from "../media/label.ts";
import { overlap } from "./geometry.ts";
import { linkInstances } from "./tracks.ts";

const at = (left: number, width = 0.2): Box => ({ left, top: 0.2, width, height: 0.5 });

function frame(timestampMs: number, things: Record<string, readonly Box[]>): LabeledFrame {
  const labels = Object.entries(things).map(([name, boxes]) => ({
    name,
    confidence: 0.9,
    parents: [],
    instances: boxes.map((box) => ({ box, confidence: 0.9 })),
  }));
  return { timestampMs, labels };
}

const tracksOf = (frames: readonly LabeledFrame[], name: string) =>
  linkInstances(frames, 500).map((one) =>
    one.labels.flatMap((label) =>
      label.name === name ? label.instances.map(({ track }) => track) : [],
    ),
  );

describe("things in a video", () => {
  it("keep their number while they move by less than their size", () => {
    const frames = [0, 0.05, 0.1].map((left, index) => frame(index * 500, { Person: [at(left)] }));
    expect(tracksOf(frames, "Person")).toEqual([[1], [1], [1]]);
  });

  it("get another number when they jump, or when something else is there", () => {
    const frames = [
      frame(0, { Person: [at(0)] }),
      frame(500, { Person: [at(0.7)] }),
      frame(1000, { Dog: [at(0.7)] }),
    ];
    expect(tracksOf(frames, "Person")).toEqual([[1], [2], []]);
    expect(tracksOf(frames, "Dog")).toEqual([[], [], [3]]);
  });

  it("are told apart when two are there, the nearest first, whatever their order", () => {
    const frames = [
      frame(0, { Person: [at(0), at(0.5)] }),
      frame(500, { Person: [at(0.52), at(0.04)] }),
    ];
    expect(tracksOf(frames, "Person")).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  it("may be missed for one look, and have gone after three", () => {
    const seen = (...times: number[]) => times.map((time) => frame(time, { Person: [at(0.1)] }));
    expect(tracksOf(seen(0, 1000), "Person")).toEqual([[1], [1]]);
    expect(tracksOf(seen(0, 1500), "Person")).toEqual([[1], [2]]);
  });

  it("hold to the rules, whatever is there", () => {
    const fraction = fc.double({ min: 0, max: 0.8, noNaN: true });
    const boxes = fc.array(
      fraction.map((left) => at(left)),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(fc.array(boxes, { maxLength: 8 }), (looks) => {
        const frames = linkInstances(
          looks.map((things, index) => frame(index * 500, { Car: things })),
          500,
        );
        const last = new Map<number, Box>();
        for (const { labels } of frames) {
          const here = labels.flatMap(({ instances }) => instances);
          const numbers = here.map(({ track }) => track ?? 0);
          expect(new Set(numbers).size).toBe(numbers.length);
          for (const { track = 0, box } of here) {
            const before = last.get(track);
            if (before) expect(overlap(before, box)).toBeGreaterThanOrEqual(0.3);
            last.set(track, box);
          }
        }
      }),
    );
  });
});
