import { randomFrom } from "../test/support/random.ts";

/** A repeatable source of random choices. Each user of a seed has its own source, so that they do not influence each other. */
export interface Chance {
  /** A number from `least` to below `most`. */
  readonly between: (least: number, most: number) => number;
  readonly one: <T>(of: readonly [T, ...T[]]) => T;
}

/** The source for one user (`whose`) in one round of a seed. */
export function chanceOf(seed: number, round: number, whose: string): Chance {
  let mixed = seed ^ Math.imul(round, 0x9e3779b1);
  for (const letter of whose) mixed = Math.imul(mixed ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  const random = randomFrom(mixed);
  return {
    between: (least, most) => least + random() * (most - least),
    one: (of) => of[Math.floor(random() * of.length)] ?? of[0],
  };
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));
