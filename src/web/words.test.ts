import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { english } from "./english.ts";
import { german } from "./german.ts";

const here = import.meta.dirname;
const sources = readdirSync(here)
  .filter((name) => name.endsWith(".tsx"))
  .map((name) => [name, readFileSync(join(here, name), "utf8")] as const);

const fields = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(String).toSorted();

it("every message has a translation with the same fields and forms", () => {
  expect(Object.keys(german).toSorted()).toEqual(Object.keys(english).toSorted());
  for (const [id, text] of Object.entries(english)) {
    const translated = german[id as keyof typeof german];
    expect(new Set(fields(translated)), id).toEqual(new Set(fields(text)));
    expect(translated.split("|").length, id).toBe(text.split("|").length);
    expect(translated.trim(), id).not.toBe("");
  }
});

it("the page says nothing that is not in the catalogue", () => {
  expect(sources.length).toBeGreaterThan(10);
  for (const [name, source] of sources) {
    const withoutTypes = source.replaceAll(/=> /g, "").replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
    const texts = [...withoutTypes.matchAll(/<\/?[a-z][^<>{}]*>\s*([^<>{}()=;]+?)\s*(?=<|\{)/g)]
      .map(([, text = ""]) => text)
      .filter((text) => /\p{L}{2}/u.test(text) && text !== "Dailies");
    expect(texts, name).toEqual([]);
    const named = [...source.matchAll(/\b(?:aria-label|placeholder|alt)="([^"]+)"/g)]
      .map(([, text = ""]) => text)
      .filter((text) => text.length > 1);
    expect(named, name).toEqual([]);
  }
});

it("has no message that nothing says", () => {
  const all = readdirSync(here)
    .filter((name) => /^(?!english|german|words\.test).*\.tsx?$/.test(name))
    .map((name) => readFileSync(join(here, name), "utf8"))
    .join("");
  const unsaid = Object.keys(english).filter(
    (id) => !/^(?:step|job)_/.test(id) && !all.includes(`"${id}"`),
  );
  expect(unsaid).toEqual([]);
});
