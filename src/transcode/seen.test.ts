import { expect, it } from "vitest";
import { seenIn } from "./seen.ts";

const thing = (Timestamp: number, Name: string, Confidence: number, edge: number) => ({
  Timestamp,
  Label: { Name, Instances: [{ Confidence, BoundingBox: { Width: edge, Height: edge } }] },
});

it("takes what is seen at each moment from a film's labels, people first", () => {
  const labels = {
    Labels: [thing(0, "Car", 80, 0.5), thing(0, "Person", 90, 0.2), thing(500, "Cup", 50, 0.1)],
  };
  expect(seenIn(labels)).toEqual([
    { atMs: 0, weight: expect.closeTo(0.76) },
    { atMs: 500, weight: expect.closeTo(0.05) },
  ]);
});

it("takes nothing from a picture's labels, or from what is none", () => {
  expect(seenIn({ Labels: [{ Name: "Dog", Confidence: 90, Instances: [] }] })).toEqual([]);
  for (const other of [undefined, null, 7, {}, { Labels: "Dog" }])
    expect(seenIn(other)).toEqual([]);
});
