import { expect, it } from "vitest";
import { somePlaces, strangeStretches, type Resemblance } from "./resemblance.ts";

/** Passages of 5 s, one after the other: how many words, and how many do not fit. */
const passages = (
  ...counts: readonly (readonly [words: number, unlike: number])[]
): Resemblance[] =>
  counts.map(([words, unlike], index) => ({
    startMs: index * 5_000,
    endMs: (index + 1) * 5_000,
    words,
    unlike,
  }));

it("finds where the words do not fit the sound, neighbouring places together", () => {
  const mixed = passages([12, 1], [12, 9], [6, 4], [6, 5], [12, 2], [12, 12]);
  expect(strangeStretches(mixed)).toEqual([
    { startMs: 5_000, endMs: 20_000, words: 24, unlike: 18 },
    { startMs: 25_000, endMs: 30_000, words: 12, unlike: 12 },
  ]);
});

it("says nothing of speech in noise, of a few words, or of nothing", () => {
  expect(strangeStretches(passages([69, 24], [35, 8], [14, 5]))).toEqual([]);
  expect(strangeStretches(passages([4, 4]))).toEqual([]);
  expect(strangeStretches([])).toEqual([]);
});

it("judges a short recording when nearly all of it is off", () => {
  expect(strangeStretches(passages([6, 5]))).toHaveLength(1);
  expect(strangeStretches(passages([6, 2]))).toEqual([]);
});

it("takes places far from each other, with words enough, where nothing judges them", () => {
  const ten = passages([2, 0], ...Array.from({ length: 10 }, () => [12, 0] as const));
  expect(somePlaces(ten).map(({ startMs }) => startMs)).toEqual([20_000, 35_000, 50_000]);
  expect(somePlaces(passages([6, 0], [7, 0])).map(({ words }) => words)).toEqual([13]);
  expect(somePlaces(passages([9, 0]))).toEqual([]);
  expect(somePlaces([])).toEqual([]);
});
