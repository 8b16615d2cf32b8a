import { expect, it } from "vitest";
import { findTurns } from "./find-turns.ts";
import { frameMs, type Span } from "./speech-frames.ts";

/** A minute in which two people speak in turns of 6 s, and each turn of the first begins with a short sound. */
const turnMs = 6_000;
const soundMs = 450;
const pauseMs = 500;
const places = Array.from({ length: 20 }, (_, index) => index * (turnMs + 2 * pauseMs));
const isFirst = (index: number): boolean => index % 2 === 0;
const turns = places.map((startMs, index): Span => ({
  startMs: startMs + soundMs + pauseMs,
  endMs: startMs + turnMs + (isFirst(index) ? 0 : soundMs),
}));
const sounds = places
  .filter((_place, index) => isFirst(index))
  .map((startMs): Span => ({ startMs, endMs: startMs + soundMs }));
const voiced = [...turns, ...sounds].toSorted((a, b) => a.startMs - b.startMs);

/** Two voices that are not alike, and short sounds that are like nobody but each other. */
function voiceOf({ startMs, endMs }: Span): Float32Array {
  if (endMs - startMs <= soundMs) return Float32Array.of(0, 0.3, 1);
  const turn = turns.findIndex((one) => startMs >= one.startMs && endMs <= one.endMs);
  return isFirst(turn) ? Float32Array.of(0, 1, 0) : Float32Array.of(1, 0, 0);
}

const loudness = new Float32Array((places.length * (turnMs + 2 * pauseMs)) / frameMs);

it("takes short sounds, however many, for no speaker, and gives them to the most like", () => {
  const found = findTurns({ loudness, voiced }, voiceOf);
  expect(new Set(found.map(({ speaker }) => speaker)).size).toBe(2);
  const speakerAt = (ms: number) =>
    found.find(({ startMs, endMs }) => startMs <= ms && ms < endMs)?.speaker;
  for (const { startMs } of sounds) expect(speakerAt(startMs + 200)).toBe(speakerAt(3_000));
});

it("finds speakers also where all that they say is short", () => {
  const short = places.map((startMs): Span => ({ startMs, endMs: startMs + 700 }));
  const voice = ({ startMs }: Span): Float32Array =>
    isFirst(places.indexOf(startMs)) ? Float32Array.of(0, 1) : Float32Array.of(1, 0);
  const found = findTurns({ loudness, voiced: short }, voice);
  expect(found.map(({ speaker }) => speaker)).toEqual(places.map((_place, index) => index % 2));
});
