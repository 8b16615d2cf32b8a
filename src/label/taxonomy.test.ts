import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cocoNames, parentsOf } from "./taxonomy.ts";

describe("the names of things", () => {
  it("has the 80 classes, each once, in Title Case", () => {
    expect(cocoNames).toHaveLength(80);
    expect(new Set(cocoNames).size).toBe(80);
    for (const name of cocoNames) expect(name).toMatch(/^[A-Z][A-Za-z]*( [A-Z][a-z]+)*$/);
  });

  it("keeps the order of the classes", () => {
    const known = {
      0: "Person",
      2: "Car",
      14: "Bird",
      16: "Dog",
      17: "Horse",
      52: "Hot Dog",
      79: "Toothbrush",
    };
    for (const [index, name] of Object.entries(known)) expect(cocoNames[Number(index)]).toBe(name);
  });

  it("names parents from the nearest upwards", () => {
    expect(parentsOf("Dog")).toEqual(["Canine", "Pet", "Mammal", "Animal"]);
    expect(parentsOf("Bird")).toEqual(["Animal"]);
    expect(parentsOf("Car")).toEqual(["Vehicle", "Transportation"]);
    expect(parentsOf("Person")).toEqual([]);
    expect(parentsOf("no such thing")).toEqual([]);
  });

  it("gives each label once, never itself, and what its parents are kinds of as well", () => {
    fc.assert(
      fc.property(fc.constantFrom(...cocoNames), (name) => {
        const parents = parentsOf(name);
        expect(new Set(parents).size).toBe(parents.length);
        expect(parents).not.toContain(name);
        for (const [index, parent] of parents.entries())
          for (const grandparent of parentsOf(parent))
            expect(parents.indexOf(grandparent)).toBeGreaterThan(index);
      }),
    );
  });

  it("leaves few things without any kind", () => {
    const alone = cocoNames.filter((name) => parentsOf(name).length === 0);
    const street = ["Person", "Traffic Light", "Fire Hydrant", "Parking Meter"];
    expect(alone).toEqual([...street, "Toilet", "Sink", "Clock", "Scissors", "Toothbrush"]);
  });
});
