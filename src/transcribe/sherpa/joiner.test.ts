import fc from "fast-check";
import { expect, it } from "vitest";
import { createJoiner, edgeSamples, joinerRules, longestPause } from "./joiner.ts";
import type { Span } from "./joiner.ts";
import { quietestPlace } from "./voice.ts";

const attention = joinerRules({
  longestMs: 26_500,
  pauseMs: 1_000,
  usefulMs: 10_000,
  paddingMs: 3_000,
});
const transducer = joinerRules({ longestMs: 29_480, pauseMs: 1_000, paddingMs: 0 });
const { longest } = attention;
const longPause = longestPause(attention);

/** Runs of speech: each after a pause, of a length. */
const speech = fc
  .array(
    fc.tuple(
      fc.oneof(
        fc.integer({ min: 0, max: 3 * longPause }),
        fc.constantFrom(0, longPause, attention.pause),
      ),
      fc.oneof(fc.integer({ min: 1, max: longest }), fc.constant(longest)),
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

it("covers all speech once, in order, in pieces that a model can take", () => {
  fc.assert(
    fc.property(
      speech,
      fc.boolean(),
      fc.constantFrom(attention, transducer),
      (spans, isTold, rules) => {
        const joiner = createJoiner(rules);
        const pieces: Span[] = [];
        const keep = (piece: Span | undefined) => void (piece && pieces.push(piece));
        for (const span of spans) {
          if (isTold) keep(joiner.finishBefore(span.from));
          keep(joiner.add(span));
          const needed = joiner.neededFrom() ?? 0;
          expect(needed).toBeLessThanOrEqual(span.from);
          expect(span.to - needed).toBeLessThanOrEqual(rules.longest + 2 * edgeSamples);
        }
        keep(joiner.finishBefore(Infinity));
        let before = 0;
        for (const { from, to } of pieces) {
          expect(from).toBeGreaterThanOrEqual(before);
          expect(to).toBeGreaterThan(from);
          expect(to - from).toBeLessThanOrEqual(rules.longest + 2 * edgeSamples);
          before = to;
        }
        for (const { from, to } of spans)
          expect(pieces.filter((piece) => piece.from <= from && to <= piece.to)).toHaveLength(1);
      },
    ),
  );
});

it("joins what is short over long pauses, where a model understands more then", () => {
  const second = 16_000;
  const spans = [0, 4, 9, 17, 22].map((at) => ({ from: at * second, to: (at + 2) * second }));
  const join = (rules: typeof attention) => {
    const joiner = createJoiner(rules);
    const pieces = spans.flatMap((span) => joiner.add(span) ?? []);
    return [...pieces, ...[joiner.finishBefore(Infinity) ?? []].flat()].length;
  };
  expect(join(transducer)).toBe(5);
  expect(join(attention)).toBe(2);
});

it("finds the quietest place", () => {
  const sound = new Int16Array(32_000).map((_zero, index) => (index % 2 === 0 ? 9000 : -9000));
  sound.fill(0, 20_000, 23_200);
  expect(quietestPlace(sound, 0, sound.length)).toBe(21_600);
  expect(quietestPlace(sound, 22_000, 32_000)).toBe(23_600);
  expect(quietestPlace(new Int16Array(10), 0, 10)).toBe(5);
});
