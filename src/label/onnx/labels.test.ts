import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classesOf, cocoNames, imagenetNames, parentsOf } from "../taxonomy.ts";
import { isDoubtful } from "./doubtful.ts";
import { labelsOf } from "./labels.ts";
import {
  combineLooks,
  distinct,
  judge,
  probabilityOf,
  regionOf,
  sightingsOf,
} from "./sightings.ts";
import type { Sighting } from "./sightings.ts";

const classOf = (name: string) => imagenetNames.indexOf(name);
const probabilities = (named: Record<string, number>) =>
  new Map(Object.entries(named).map(([name, value]) => [classOf(name), value]));

const box = { left: 0.2, top: 0.2, width: 0.4, height: 0.4 };
const seen = (name: string, confidence: number, where = box): Sighting => ({
  name,
  confidence,
  box: where,
});
const none = { sightings: [], tags: [], tagNames: [] };
const confidences = (labels: ReturnType<typeof labelsOf>) =>
  Object.fromEntries(labels.map(({ name, confidence }) => [name, Number(confidence.toFixed(4))]));

describe("a classifier's labels", () => {
  it("are as sure of a kind as of all its classes together", () => {
    const classes = probabilities({ Beagle: 0.3, Basset: 0.25, "Siberian Husky": 0.2, Sofa: 0.1 });
    expect(confidences(labelsOf({ ...none, classes }, "still"))).toEqual({
      Animal: 0.75,
      Mammal: 0.75,
      Pet: 0.75,
      Canine: 0.75,
      Dog: 0.75,
      Hound: 0.55,
    });
  });

  it("want more of what small models see in any wall", () => {
    const classes = probabilities({ Website: 0.75 });
    expect(labelsOf({ ...none, classes }, "still")).toEqual([]);
    expect(confidences(labelsOf({ ...none, classes }, "still", 0.7))).toEqual({ Website: 0.75 });
  });

  it("are of no kind because of many doubtful things", () => {
    const classes = probabilities({ Nail: 0.3, Hook: 0.3, Screw: 0.3 });
    expect(labelsOf({ ...none, classes }, "still")).toEqual([]);
    const sure = confidences(labelsOf({ ...none, classes: probabilities({ Nail: 0.9 }) }, "still"));
    expect(sure).toEqual({ Nail: 0.9, Tool: 0.9 });
  });

  it("are sums that never pass 1 and never sink from a thing to its kind", () => {
    const some = fc.uniqueArray(fc.nat(999), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(some, (indexes) => {
        const classes = new Map(indexes.map((index) => [index, 1 / indexes.length]));
        const labels = labelsOf({ ...none, classes }, "still", 0.1);
        const told = new Map(labels.map(({ name, confidence }) => [name, confidence]));
        for (const { name, confidence, parents } of labels) {
          expect(confidence).toBeLessThanOrEqual(1);
          expect(parents).toEqual(parentsOf(name));
          for (const parent of parents)
            expect(told.get(parent) ?? 0).toBeGreaterThanOrEqual(confidence - 1e-9);
        }
      }),
    );
  });

  it("sum exactly over the classes of a kind", () => {
    const classes = new Map(classesOf("Bird").map((index) => [index, 0.01]));
    expect(probabilityOf("Bird", classes)).toBeCloseTo(0.59);
    expect(probabilityOf("Animal", classes)).toBeCloseTo(0.59);
    expect(probabilityOf("Dog", classes)).toBe(0);
  });
});

describe("a detector's labels", () => {
  it("have all places, and the kinds of things with them", () => {
    const elsewhere = { ...box, left: 0.6 };
    const labels = labelsOf(
      { ...none, sightings: [seen("Car", 0.9), seen("Car", 0.5, elsewhere), seen("Cup", 0.1)] },
      "frame",
    );
    expect(confidences(labels)).toEqual({ Car: 0.9, Vehicle: 0.9, Transportation: 0.9 });
    expect(labels.find(({ name }) => name === "Car")?.instances).toHaveLength(2);
    expect(labels.find(({ name }) => name === "Vehicle")?.instances).toEqual([]);
  });

  it("are as sure as the surer of the two models", () => {
    const classes = probabilities({ "Egyptian Cat": 0.8 });
    const told = confidences(
      labelsOf({ ...none, sightings: [seen("Cat", 0.6)], classes }, "still"),
    );
    expect(told).toMatchObject({ Cat: 0.8, "Egyptian Cat": 0.8, Feline: 0.8 });
  });

  it("come from rows, in a mirror too; rows of unknown classes are left out", () => {
    const rows = [
      [0.1, 0.2, 0.3, 0.6, 0.9, 16],
      [0, 0, 1, 1, 0.9, 80],
      [0.5, 0.5, 0.5, 0.9, 0.9, 1],
    ] as const;
    const [dog, ...others] = sightingsOf(rows);
    expect(others).toEqual([]);
    expect(dog).toMatchObject({ name: "Dog", confidence: 0.9 });
    expect(sightingsOf(rows, true)[0]?.box.left).toBeCloseTo(0.7);
  });

  it("are the mean of two looks, and less where only one shows it", () => {
    const both = combineLooks([seen("Dog", 0.8)], [seen("Dog", 0.6), seen("Cat", 0.9)]);
    expect(both.map(({ name, confidence }) => [name, Number(confidence.toFixed(3))])).toEqual([
      ["Dog", 0.7],
      ["Cat", 0.6],
    ]);
  });
});

describe("a classifier that has a closer look at a box", () => {
  it("makes of a horse the dog that it is", () => {
    const classes = probabilities({ "Siberian Husky": 0.5, Malamute: 0.4 });
    expect(judge(seen("Horse", 0.5), classes, "frame")).toMatchObject({
      name: "Dog",
      confidence: 0.9,
      box,
    });
  });

  it("leaves the horse when it is not sure, or thinks that it may be one", () => {
    expect(judge(seen("Horse", 0.5), probabilities({ Malamute: 0.5 }), "frame").name).toBe("Horse");
    const torn = probabilities({ Malamute: 0.62, Horse: 0.2 });
    expect(judge(seen("Horse", 0.5), torn, "frame").name).toBe("Horse");
  });

  it("never makes a dog of the couch that it lies on, nor of a person", () => {
    const classes = probabilities({ Malamute: 1 });
    expect(judge(seen("Couch", 0.5), classes, "frame").name).toBe("Couch");
    expect(judge(seen("Person", 0.5), classes, "frame").name).toBe("Person");
  });

  // What both models said of a white car that was seen from above (a film of a car park).
  it("makes no mobile phone of a car from above", () => {
    const minivan = probabilities({ Minivan: 0.56, "Sports Car": 0.09, Convertible: 0.06 });
    const car = judge(seen("Mobile Phone", 0.92), minivan, "frame");
    expect(car).toMatchObject({ name: "Car", confidence: expect.closeTo(0.71, 2) });
    const nothing = probabilities({ "Folding Chair": 0.2, Hourglass: 0.19 });
    const unsure = judge(seen("Mobile Phone", 0.92), nothing, "frame");
    expect(labelsOf({ ...none, sightings: [unsure] }, "frame")).toEqual([]);
  });

  it("bears a mobile phone out that it sees, too", () => {
    const classes = probabilities({ "Mobile Phone": 0.4, Minivan: 0.5 });
    expect(judge(seen("Mobile Phone", 0.92), classes, "frame")).toEqual(seen("Mobile Phone", 0.92));
  });

  it("gives a name only within one kind, or to what is doubtful", () => {
    const name = fc.constantFrom(...cocoNames);
    const look = fc.constantFrom("still" as const, "frame" as const);
    fc.assert(
      fc.property(
        name,
        fc.nat(999),
        fc.double({ min: 0, max: 1, noNaN: true }),
        look,
        (first, index, p, kind) => {
          const judged = judge(seen(first, 0.5), new Map([[index, p]]), kind);
          if (judged.name === first) {
            expect(judged.confidence).toBeLessThanOrEqual(0.5);
            return;
          }
          expect(classesOf(judged.name)).toContain(index);
          if (isDoubtful(first)) return;
          expect(parentsOf(judged.name).some((one) => parentsOf(first).includes(one))).toBe(true);
        },
      ),
    );
  });

  it("sees a little more than the box, and never what is outside the picture", () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fraction, fraction, fraction, fraction, (left, top, w, h) => {
        const part = regionOf({ left, top, width: w * (1 - left), height: h * (1 - top) });
        expect(part.left).toBeGreaterThanOrEqual(0);
        expect(part.left + part.width).toBeLessThanOrEqual(1 + 1e-9);
        expect(part.top + part.height).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  it("leaves one box where two are the same thing under one name now", () => {
    const near = { ...box, left: 0.22 };
    expect(distinct([seen("Dog", 0.5), seen("Dog", 0.9, near), seen("Cat", 0.4)])).toEqual([
      seen("Dog", 0.9, near),
      seen("Cat", 0.4),
    ]);
  });
});

describe("a tagger's labels", () => {
  it("are told when they are sure, under the names of the model's file", () => {
    const tagNames = ["Sunset", "Dog", "Wedding Dress"];
    const tags = [
      [0, 0.9],
      [1, 0.7],
      [2, 0.6],
      [9, 1],
    ] as const;
    const told = confidences(labelsOf({ ...none, tags, tagNames }, "frame"));
    expect(told).toMatchObject({ Sunset: 0.9, Dog: 0.7, Canine: 0.7, Animal: 0.7 });
    expect(told).not.toHaveProperty("Wedding Dress");
  });
});
