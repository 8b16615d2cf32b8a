import { describe, expect, it } from "vitest";
import { letterbox } from "../geometry.ts";
import { cocoNames } from "../taxonomy.ts";
import { combineLooks, labelsOf, sightingsOf, thresholdOf } from "./detections.ts";

const square = letterbox(512, 512, 512);
const dog = cocoNames.indexOf("Dog");
const horse = cocoNames.indexOf("Horse");

describe("what the model's rows say", () => {
  it("names things, the surest first, each once", () => {
    const sightings = sightingsOf(
      [
        [0, 0, 256, 256, 0.3, horse],
        [10, 0, 256, 256, 0.4, dog],
        [0, 0, 256, 256, 0.7, dog],
        [300, 300, 500, 500, 0.5, dog],
      ],
      square,
    );
    expect(sightings.map(({ name, confidence }) => [name, confidence])).toEqual([
      ["Dog", 0.7],
      ["Dog", 0.5],
      ["Horse", 0.3],
    ]);
    expect(sightings[0]?.box).toEqual({ left: 0, top: 0, width: 0.5, height: 0.5 });
  });

  it("leaves out what lies beside the picture or has no name", () => {
    const wide = letterbox(200, 100, 512);
    expect(sightingsOf([[0, 0, 512, 100, 0.9, dog]], wide)).toEqual([]);
    expect(sightingsOf([[0, 0, 512, 512, 0.9, 80]], square)).toEqual([]);
  });
});

describe("two looks", () => {
  it("are averaged where they agree, and halved where they do not", () => {
    const plain = sightingsOf(
      [
        [0, 0, 100, 100, 0.6, dog],
        [200, 200, 300, 300, 0.5, horse],
      ],
      square,
    );
    const mirrored = sightingsOf([[412, 0, 512, 100, 0.4, dog]], square);
    const combined = combineLooks(plain, mirrored);
    expect(combined.map(({ name, confidence }) => [name, confidence])).toEqual([
      ["Dog", 0.5],
      ["Horse", 0.25],
    ]);
    const [only] = combineLooks([], mirrored);
    expect(only).toMatchObject({ confidence: 0.2, box: { left: 0 } });
  });
});

describe("labels", () => {
  it("gather the places, and are also what they are kinds of, as surely", () => {
    const box = { left: 0, top: 0, width: 1, height: 1 };
    const labels = labelsOf([
      { name: "Dog", box, confidence: 0.7 },
      { name: "Cat", box, confidence: 0.8 },
      { name: "Dog", box, confidence: 0.3 },
    ]);
    const byName = new Map(labels.map((label) => [label.name, label]));
    expect(byName.get("Dog")).toMatchObject({
      confidence: 0.7,
      parents: ["Canine", "Pet", "Mammal", "Animal"],
    });
    expect(byName.get("Dog")?.instances).toHaveLength(2);
    expect(byName.get("Canine")).toMatchObject({ confidence: 0.7, instances: [] });
    expect(byName.get("Animal")).toMatchObject({ confidence: 0.8, instances: [], parents: [] });
    expect(labels[0]?.confidence).toBe(0.8);
  });

  it("need less of a still than of a frame, and more where CenterNet has fancies", () => {
    expect(thresholdOf("Dog", "still")).toBeLessThan(thresholdOf("Dog", "frame"));
    expect(thresholdOf("Laptop", "frame")).toBeGreaterThan(thresholdOf("Dog", "frame"));
    expect(thresholdOf("Laptop", "frame", 0.5)).toBe(0.5);
    // What it gave to cars from above, in three frames on end.
    expect(thresholdOf("Mobile Phone", "frame")).toBeGreaterThan(0.69);
  });
});
