import { sampleRateHz } from "../sound-features.ts";

/** A stretch of a recording in samples, half-open. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const samplesOf = (ms: number): number => (ms * sampleRateHz) / 1000;

/** Whisper hears 30 s; with both edges a piece stays below. */
export const longestSamples = samplesOf(29_000);
/** Soft beginnings and endings of words are below the detector's threshold. */
export const edgeSamples = samplesOf(240);
/** What is said after a shorter pause is heard together: models understand more in context. */
export const pauseSamples = samplesOf(1_000);

/**
 * Puts found speech together into the pieces that a model hears: in the order of time, none longer
 * than `longestSamples` and its edges, none meeting the next, cut in the middle of pauses.
 */
export interface Joiner {
  /** More speech, no longer than `longestSamples`, not before what was added. Returns the piece that it ends. */
  add(span: Span): Span | undefined;
  /** Says that nothing more begins before `position`. Returns the piece that has ended by that. */
  settle(position: number): Span | undefined;
  /** Where the sound begins that is still needed; undefined when none is. */
  neededFrom(): number | undefined;
}

export function createJoiner(): Joiner {
  let current: Span | undefined;
  /** Where the last piece ended: the next begins no earlier. */
  let free = 0;

  function finish(limit: number): Span | undefined {
    if (current === undefined) return undefined;
    const from = Math.max(free, current.from - edgeSamples);
    const to = Math.min(limit, current.to + edgeSamples);
    current = undefined;
    free = to;
    return { from, to };
  }
  return {
    add(span) {
      if (current !== undefined) {
        const isNear = span.from - current.to <= pauseSamples;
        if (isNear && span.to - current.from <= longestSamples) {
          current = { from: current.from, to: span.to };
          return undefined;
        }
      }
      const middle = Math.floor(((current?.to ?? 0) + span.from) / 2);
      const piece = finish(Math.max(current?.to ?? 0, middle));
      current = span;
      return piece;
    },
    settle(position) {
      if (current === undefined || position - current.to <= pauseSamples) return undefined;
      return finish(position);
    },
    neededFrom: () =>
      current === undefined ? undefined : Math.max(free, current.from - edgeSamples),
  };
}
