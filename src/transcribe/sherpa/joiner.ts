import { sampleRateHz } from "../sound-features.ts";
import type { PieceRules } from "./protocol.ts";

/** A stretch of a recording in samples, half-open. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const samplesOf = (ms: number): number => (ms * sampleRateHz) / 1000;

/** Soft beginnings and endings of words are below the detector's threshold. */
export const edgeSamples = samplesOf(240);

/** Short pieces are joined over pauses up to this: models understand more in context. */
const longPauseSamples = samplesOf(3_000);

/** See `PieceRules`, in samples; a piece's edges are in `longest`. */
export interface JoinerRules {
  readonly longest: number;
  readonly pause: number;
  readonly useful: number;
}

export function joinerRules({ longestMs, pauseMs, usefulMs = 0 }: PieceRules): JoinerRules {
  const longest = samplesOf(longestMs) - 2 * edgeSamples;
  return { longest, pause: samplesOf(pauseMs), useful: samplesOf(usefulMs) };
}

/** The longest pause that may be in a piece. */
export const longestPause = ({ pause, useful }: JoinerRules): number =>
  useful > 0 ? Math.max(pause, longPauseSamples) : pause;

/**
 * Puts found speech together into the pieces that a model gets: in the order of time, none longer
 * than `longest` and its edges, none meeting the next, cut in the middle of pauses.
 */
export interface Joiner {
  /** More speech, no longer than `longest`, not before what was added. Returns the piece that it ends. */
  add(span: Span): Span | undefined;
  /** Says that nothing more begins before `position`. Returns the piece that has ended by that. */
  finishBefore(position: number): Span | undefined;
  /** Where the sound begins that is still needed; undefined when none is. */
  neededFrom(): number | undefined;
}

export function createJoiner(rules: JoinerRules): Joiner {
  let current: Span | undefined;
  /** Where the last piece ended: the next begins no earlier. */
  let free = 0;

  /** The longest pause after a piece's speech that does not end it. */
  const pauseAfter = ({ from, to }: Span): number =>
    to - from < rules.useful ? longestPause(rules) : rules.pause;

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
        const isNear = span.from - current.to <= pauseAfter(current);
        if (isNear && span.to - current.from <= rules.longest) {
          current = { from: current.from, to: span.to };
          return undefined;
        }
      }
      const middle = Math.floor(((current?.to ?? 0) + span.from) / 2);
      const piece = finish(Math.max(current?.to ?? 0, middle));
      current = span;
      return piece;
    },
    finishBefore(position) {
      if (current === undefined || position - current.to <= pauseAfter(current)) return undefined;
      return finish(position);
    },
    neededFrom: () =>
      current === undefined ? undefined : Math.max(free, current.from - edgeSamples),
  };
}
