import fc from "fast-check";
import { expect, it } from "vitest";
import { createJoiner, edgeSamples, longestSamples, pauseSamples } from "./joiner.ts";
import type { Span } from "./joiner.ts";
import { quietestPlace } from "./voice.ts";

/** Runs of speech: each after a pause, of a length. */
const speech = fc
  .array(
    fc.tuple(
      fc.oneof(fc.integer({ min: 0, max: 3 * pauseSamples }), fc.constantFrom(0, pauseSamples)),
      fc.oneof(fc.integer({ min: 1, max: longestSamples }), fc.constant(longestSamples)),
    ),
    { maxLength: 30 },
  )
  .map((runs) => {
    let place = 0;
    return runs.map(([pause, length]): Span => {
      const from = place + pause;
      place = from + length;
      return { from, to: place };
    });
  });

it("covers all speech once, in order, in pieces that a model can hear", () => {
  fc.assert(
    fc.property(speech, fc.boolean(), (spans, isSettled) => {
      const joiner = createJoiner();
      const pieces: Span[] = [];
      const keep = (piece: Span | undefined) => void (piece && pieces.push(piece));
      for (const span of spans) {
        if (isSettled) keep(joiner.settle(span.from));
        keep(joiner.add(span));
        const needed = joiner.neededFrom() ?? 0;
        expect(needed).toBeLessThanOrEqual(span.from);
        expect(span.to - needed).toBeLessThanOrEqual(longestSamples + 2 * edgeSamples);
      }
      keep(joiner.settle(Infinity));
      let before = 0;
      for (const { from, to } of pieces) {
        expect(from).toBeGreaterThanOrEqual(before);
        expect(to).toBeGreaterThan(from);
        expect(to - from).toBeLessThan(30 * 16_000);
        before = to;
      }
      for (const { from, to } of spans)
        expect(pieces.filter((piece) => piece.from <= from && to <= piece.to)).toHaveLength(1);
    }),
  );
});

it("finds the quietest place", () => {
  const sound = new Int16Array(32_000).map((_zero, index) => (index % 2 === 0 ? 9000 : -9000));
  sound.fill(0, 20_000, 23_200);
  expect(quietestPlace(sound, 0, sound.length)).toBe(21_600);
  expect(quietestPlace(sound, 22_000, 32_000)).toBe(23_600);
  expect(quietestPlace(new Int16Array(10), 0, 10)).toBe(5);
});
