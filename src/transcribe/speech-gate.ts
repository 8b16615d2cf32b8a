import { frameMs, silenceDb } from "./sound-features.ts";
import type { SoundFrames } from "./sound-features.ts";

/** A stretch of frames, half-open. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

const frames = (ms: number): number => Math.round(ms / frameMs);

/** Nothing below this is speech, however quiet the rest is. */
const quietestDb = -70;
/** Speech stands out from what is always there … */
const aboveFloorDb = 6;
/** … and a sound this far below the loudest is its echo or a breath. */
const belowTopDb = 32;
/** Pauses up to this stay in: engines use them to tell background from speech and to end phrases. */
const joinedMs = 2_000;
/** A click is shorter than any word. */
const shortestMs = 120;
/** Soft beginnings and endings of words are below the threshold, and engines want some background before the first. */
const paddingMs = 1_000;

/**
 * What tells speech from other sounds that come and go. Measured over ten clips of spoken and six
 * of synthetic speech (between the brackets) against notes, chords, beeps, drums, modulated noise
 * and tones, each of which misses at least one of them:
 * loudness of syllables varies [9–24 dB between the 10th and 90th percentile; held notes 1–4],
 * vowels and hisses alternate [6–28 dB of tilt; drums, noise and chords below 1], the sound moves
 * all the time [a quarter of it by 2.3–4.9 dB of tilt in 30 ms; notes below 1], and some of it is
 * voiced [60–96 % of frames; drums and noise none].
 */
const speech = {
  levelRangeDb: 6,
  tiltRangeDb: 4.5,
  tiltChangeDb: 1.6,
  voiced: 0.6,
  voicedShare: 0.15,
};

/** Over which time a sound's movement is measured. */
const movementMs = 30;

/** The value below which `share` of all values lie; 0 of none. */
function percentile(values: Float32Array, share: number): number {
  const index = Math.min(values.length - 1, Math.floor(values.length * share));
  return values.toSorted()[index] ?? 0;
}

/** Level from which a frame counts as sound that may be speech. */
function threshold({ levelDb }: SoundFrames): number {
  const floor = percentile(levelDb, 0.1);
  const top = percentile(levelDb, 0.95);
  return Math.max(quietestDb, floor + aboveFloorDb, top - belowTopDb);
}

/** Stretches of frames at or above a level, joined across short silences, without clicks. */
function loudStretches({ levelDb }: SoundFrames, leastDb: number): Stretch[] {
  const found: { from: number; to: number }[] = [];
  for (let index = 0; index < levelDb.length; index += 1) {
    if ((levelDb[index] ?? silenceDb) < leastDb) continue;
    const last = found.at(-1);
    if (last !== undefined && index - last.to <= frames(joinedMs)) last.to = index + 1;
    else found.push({ from: index, to: index + 1 });
  }
  return found.filter(({ from, to }) => to - from >= frames(shortestMs));
}

/** The frames of a stretch that are loud enough, and how far the sound's colour moves among them. */
function heardIn(all: SoundFrames, { from, to }: Stretch, leastDb: number) {
  const isLoud = (index: number): boolean => (all.levelDb[index] ?? silenceDb) >= leastDb;
  const loud: number[] = [];
  for (let index = from; index < to; index += 1) if (isLoud(index)) loud.push(index);
  const of = (column: Float32Array): Float32Array =>
    Float32Array.from(loud, (index) => column[index] ?? 0);
  const earlier = (index: number): number => index - frames(movementMs);
  const changes = Float32Array.from(
    loud.filter((index) => earlier(index) >= from && isLoud(earlier(index))),
    (index) => Math.abs((all.tiltDb[index] ?? 0) - (all.tiltDb[earlier(index)] ?? 0)),
  );
  return {
    levelDb: of(all.levelDb),
    tiltDb: of(all.tiltDb),
    periodicity: of(all.periodicity),
    changes,
  };
}

/** How far apart the quiet and the loud, the dark and the bright are: 10th to 90th percentile. */
const range = (values: Float32Array): number => percentile(values, 0.9) - percentile(values, 0.1);

/** Whether a stretch has the changes of loudness and colour, and the voice, that speech has. */
function soundsLikeSpeech(all: SoundFrames, stretch: Stretch, leastDb: number): boolean {
  const { levelDb, tiltDb, periodicity, changes } = heardIn(all, stretch, leastDb);
  const voiced = periodicity.filter((value) => value >= speech.voiced).length;
  return (
    levelDb.length >= frames(shortestMs) &&
    range(levelDb) >= speech.levelRangeDb &&
    range(tiltDb) >= speech.tiltRangeDb &&
    percentile(changes, 0.75) >= speech.tiltChangeDb &&
    voiced / levelDb.length >= speech.voicedShare
  );
}

/** The quietest fifth of a second in a stretch: where a cut does least harm. */
function quietestPlace({ levelDb }: SoundFrames, { from, to }: Stretch): number {
  const width = frames(200);
  let best = from;
  let least = Infinity;
  for (let start = from; start + width <= to; start += 1) {
    const sum = levelDb.subarray(start, start + width).reduce((total, level) => total + level, 0);
    if (sum < least) [least, best] = [sum, start + width / 2];
  }
  return Math.round(best);
}

/** A stretch in parts of at most `longest` frames, cut in the second half of each part. */
function cut(all: SoundFrames, stretch: Stretch, longest: number): Stretch[] {
  const parts: Stretch[] = [];
  let { from } = stretch;
  while (stretch.to - from > longest) {
    const place = quietestPlace(all, { from: from + Math.floor(longest / 2), to: from + longest });
    parts.push({ from, to: place });
    from = place;
  }
  parts.push({ from, to: stretch.to });
  return parts;
}

/**
 * Where in a sound somebody speaks: padded stretches in the order of time that do not meet, none
 * longer than `longestMs`. Silence, steady or pulsating noise, tones and notes have none.
 * The loudness of the whole decides what is background, so hand over half a minute or more.
 */
export function findSpeech(all: SoundFrames, longestMs: number): Stretch[] {
  const count = all.levelDb.length;
  const leastDb = threshold(all);
  const spoken = loudStretches(all, leastDb).filter((stretch) =>
    soundsLikeSpeech(all, stretch, leastDb),
  );
  let free = 0;
  const padded = spoken.map(({ from, to }, index) => {
    const next = spoken[index + 1]?.from ?? count + frames(paddingMs);
    const start = Math.max(free, from - frames(paddingMs));
    free = Math.min(count, to + frames(paddingMs), Math.floor((to + next) / 2));
    return { from: start, to: free };
  });
  return padded.flatMap((stretch) => cut(all, stretch, frames(longestMs)));
}
