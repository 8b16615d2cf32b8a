import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classesOf, cocoNames, imagenetNames, knownToImagenet, parentsOf } from "./taxonomy.ts";

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
});

describe("the thousand classes of ImageNet", () => {
  it("are in their order, in Title Case, and two have one name only where they are one thing", () => {
    expect(imagenetNames).toHaveLength(1000);
    for (const name of imagenetNames) expect(name).toMatch(/^[A-Z\p{L}]/u);
    expect([imagenetNames[0], imagenetNames[281], imagenetNames[934]]).toEqual([
      "Tench",
      "Tabby Cat",
      "Hot Dog",
    ]);
    const twice = imagenetNames.filter((name, index) => imagenetNames.indexOf(name) !== index);
    const same = ["Swimsuit", "Laptop", "Sunglasses", "Cliff", "Mushroom", "Corn"];
    expect([...new Set(twice)].toSorted()).toEqual(same.toSorted());
  });

  it("are of everyday kinds, and of no kind that nobody speaks of", () => {
    const kinds = new Set(imagenetNames.flatMap(parentsOf));
    expect(kinds.size).toBeGreaterThan(150);
    for (const odd of ["Entity", "Placental", "Whole", "Physical Entity", "Instrumentality"])
      expect(kinds).not.toContain(odd);
    const classless = imagenetNames.filter((name) => parentsOf(name).length === 0);
    expect(classless.length).toBeLessThan(130);
  });

  it("never lead round in a circle, and count for each kind above them", () => {
    for (const name of knownToImagenet) {
      expect(parentsOf(name)).not.toContain(name);
      for (const parent of parentsOf(name)) {
        const above = new Set(classesOf(parent));
        expect(classesOf(name).every((index) => above.has(index))).toBe(true);
      }
    }
  });

  it("share the names of COCO, so that the two can be compared", () => {
    expect(classesOf("Dog")).toHaveLength(118);
    expect(classesOf("Cat")).toHaveLength(5);
    expect(classesOf("Hot Dog")).toEqual([934]);
    expect(classesOf("Kite")).toEqual([]); // the bird is another thing
    expect(classesOf("no such thing")).toEqual([]);
  });

  it("has no thing without a kind, but people and a few that are of none", () => {
    const alone = (names: readonly string[]) =>
      names.filter((name) => parentsOf(name).length === 0);
    expect(alone(cocoNames)).toEqual(["Person"]);
    expect(alone(imagenetNames).length).toBeLessThanOrEqual(30);
  });
});
