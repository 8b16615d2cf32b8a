import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LabeledFrame, Labeling } from "../media/label.ts";
import { borneOut, segmentsOf, summarize } from "./timeline.ts";

const engine = { name: "test", version: "1", model: "none" };

/** Frames every 500 ms; each names its labels and how sure they are: `Dog 0.4, Cat 0.9`. */
function framesOf(...texts: string[]): LabeledFrame[] {
  return texts.map((text, index) => ({
    timestampMs: index * 500,
    labels: text
      .split(", ")
      .filter((label) => label !== "")
      .map((label) => {
        const [name = "", confidence] = label.split(" ");
        return { name, confidence: Number(confidence), parents: [], instances: [] };
      }),
  }));
}

describe("segments", () => {
  it("merges gaps of up to two intervals", () => {
    const frames = framesOf("Dog 0.4", "", "Dog 0.6", "", "", "Dog 0.5", "Dog 0.5");
    expect(segmentsOf(frames, 500)).toEqual([
      { name: "Dog", startMs: 0, endMs: 1500, confidence: 0.4 },
      { name: "Dog", startMs: 2500, endMs: 3500, confidence: 0.5 },
    ]);
  });

  it("leaves out what is seen once, unless it is sure", () => {
    const frames = framesOf("Dog 0.5, Cat 0.8", "", "", "");
    expect(segmentsOf(frames, 500).map(({ name }) => name)).toEqual(["Cat"]);
  });

  it("leaves out what is seen once and small, with the kinds that it is of", () => {
    const place = (edge: number) => ({
      confidence: 0.95,
      box: { left: 0, top: 0, width: edge, height: edge },
    });
    const seen = (edge: number): LabeledFrame[] => [
      {
        timestampMs: 0,
        labels: [
          { name: "Cat", confidence: 0.95, parents: ["Animal"], instances: [place(edge)] },
          { name: "Animal", confidence: 0.95, parents: [], instances: [] },
        ],
      },
      { timestampMs: 500, labels: [] },
    ];
    expect(segmentsOf(seen(0.1), 500)).toEqual([]);
    expect(segmentsOf(seen(0.5), 500).map(({ name }) => name)).toEqual(["Animal", "Cat"]);
  });

  it("is as sure as two frames are, and never 90 by one alone", () => {
    const surest = (...texts: string[]) => segmentsOf(framesOf(...texts), 500)[0]?.confidence;
    expect(surest("Dog 0.4", "Dog 0.95", "Dog 0.9")).toBe(0.9);
    expect(surest("Dog 0.4", "Dog 0.7")).toBe(0.4);
    expect(surest("Dog 1", "")).toBe(0.9);
  });

  it("asks a video of one frame for one sight only", () => {
    expect(segmentsOf(framesOf("Dog 0.4"), 500, 40)).toEqual([
      { name: "Dog", startMs: 0, endMs: 40, confidence: 0.4 },
    ]);
  });

  it("ends no segment after the media, and none before it has begun", () => {
    const frames = framesOf("Dog 0.4", "Dog 0.4");
    expect(segmentsOf(frames, 500, 700)[0]?.endMs).toBe(700);
    expect(segmentsOf(frames, 500, 300)[0]?.endMs).toBe(501);
  });

  it("leaves frames with what is borne out, and no surer", () => {
    const frames = framesOf("Dog 0.4, Cat 0.7", "Dog 0.95", "", "", "Dog 0.5");
    const kept = borneOut(frames, segmentsOf(frames, 500));
    const told = kept.map(({ labels }) => labels.map((one) => [one.name, one.confidence]));
    expect(told).toEqual([[["Dog", 0.4]], [["Dog", expect.closeTo(0.855)]], [], [], []]);
  });

  it("holds every sure sight, is in order of time, and does not overlap by name", () => {
    const label = fc.tuple(fc.constantFrom("A", "B"), fc.double({ min: 0.3, max: 1, noNaN: true }));
    const frame = fc.uniqueArray(label, { selector: ([name]) => name, maxLength: 2 });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 40 }), (rows) => {
        const frames = framesOf(
          ...rows.map((row) => row.map(([name, confidence]) => `${name} ${confidence}`).join(", ")),
        );
        const segments = segmentsOf(frames, 500, rows.length * 500);
        for (const { timestampMs = 0, labels } of frames)
          for (const { name, confidence } of labels)
            if (confidence >= 0.8)
              expect(
                segments.some(
                  (segment) =>
                    segment.name === name &&
                    segment.startMs <= timestampMs &&
                    timestampMs < segment.endMs &&
                    segment.confidence >= confidence * 0.9,
                ),
              ).toBe(true);
        for (const name of ["A", "B"]) {
          const own = segments.filter((segment) => segment.name === name);
          for (const [index, segment] of own.entries()) {
            expect(segment.startMs).toBeLessThan(segment.endMs);
            expect(segment.startMs).toBeGreaterThanOrEqual(own[index - 1]?.endMs ?? 0);
          }
        }
      }),
    );
  });
});

describe("summaries", () => {
  const labelingOf = (frames: LabeledFrame[]): Labeling => ({
    frames,
    segments: segmentsOf(frames, 500),
    engine,
  });

  it("has each label of a video once, the surest first, without flukes", () => {
    const frames = framesOf("Dog 0.4, Car 0.5", "Dog 0.7", "Cat 0.9", "", "", "Dog 0.5", "Dog 0.5");
    expect(summarize(labelingOf(frames)).map(({ name, confidence }) => [name, confidence])).toEqual(
      [
        ["Cat", expect.closeTo(0.81)],
        ["Dog", 0.5],
      ],
    );
  });

  it("has all labels of an image, with their parents", () => {
    const dog = { name: "Dog", confidence: 0.4, parents: ["Animal"], instances: [] };
    const animal = { name: "Animal", confidence: 0.4, parents: [], instances: [] };
    const labeling = { frames: [{ labels: [dog, animal] }], segments: [], engine };
    expect(summarize(labeling)).toEqual([
      { name: "Animal", confidence: 0.4, parents: [] },
      { name: "Dog", confidence: 0.4, parents: ["Animal"] },
    ]);
  });

  it("has nothing of nothing", () => {
    expect(summarize({ frames: [], segments: [], engine })).toEqual([]);
  });
});
