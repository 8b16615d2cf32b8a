import { randomFrom } from "../test/support/random.ts";
import type { Seed } from "./fuzz-seeds.ts";

/** A broken file, and how it was broken. */
export interface FuzzCase {
  readonly name: string;
  readonly bytes: Buffer;
  readonly how: string;
}

interface Dice {
  /** A whole number from 0 to below the bound. */
  below(bound: number): number;
  /** A position in a number of bytes; half of the time among the first 1,024, where headers are. */
  place(length: number): number;
  pick<T>(list: readonly T[]): T;
}

function diceFrom(random: () => number): Dice {
  const below = (bound: number) => Math.floor(random() * bound);
  return {
    below,
    place: (length) => below(random() < 0.5 ? Math.min(length, 1024) : length),
    pick: <T>(list: readonly T[]) => list[below(list.length)] as T,
  };
}

type Break = (bytes: Buffer, dice: Dice, seeds: readonly Seed[]) => Buffer;

/** Two positions in order, at most `most` bytes apart. */
function stretch(bytes: Buffer, dice: Dice, most: number): [from: number, to: number] {
  const from = dice.place(bytes.length);
  return [from, Math.min(bytes.length, from + 1 + dice.below(most))];
}

const breaks: Readonly<Record<string, Break>> = {
  truncated: (bytes, dice) => bytes.subarray(0, dice.place(bytes.length) + 1),
  "without its beginning": (bytes, dice) => bytes.subarray(dice.place(bytes.length)),
  "bits flipped": (bytes, dice) => {
    const broken = Buffer.from(bytes);
    for (let flips = dice.pick([1, 4, 30, 300]); flips > 0; flips -= 1) {
      const at = dice.place(broken.length);
      broken[at] = (broken[at] ?? 0) ^ (1 << dice.below(8));
    }
    return broken;
  },
  "numbers changed": (bytes, dice) => {
    const broken = Buffer.from(bytes);
    for (let changes = dice.pick([1, 3, 10]); changes > 0 && broken.length > 4; changes -= 1)
      broken.writeUInt32BE(
        dice.pick([0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0]),
        dice.place(broken.length - 4),
      );
    return broken;
  },
  "a block zeroed": (bytes, dice) => {
    const broken = Buffer.from(bytes);
    return broken.fill(0, ...stretch(broken, dice, 4096));
  },
  "a block of noise": (bytes, dice) => {
    const broken = Buffer.from(bytes);
    const [from, to] = stretch(broken, dice, 4096);
    for (let at = from; at < to; at += 1) broken[at] = dice.below(256);
    return broken;
  },
  "a block repeated": (bytes, dice) => {
    const [from, to] = stretch(bytes, dice, 4096);
    const block = Array.from({ length: dice.pick([2, 50]) }, () => bytes.subarray(from, to));
    return Buffer.concat([bytes.subarray(0, from), ...block, bytes.subarray(to)]);
  },
  "a block left out": (bytes, dice) => {
    const [from, to] = stretch(bytes, dice, 4096);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  "spliced with another": (bytes, dice, seeds) => {
    const other = dice.pick(seeds).bytes;
    const head = bytes.subarray(0, dice.place(bytes.length));
    return Buffer.concat([head, other.subarray(dice.place(other.length))]);
  },
  "followed by another": (bytes, dice, seeds) => Buffer.concat([bytes, dice.pick(seeds).bytes]),
};

/** The case with a number: a good file that is broken in one or two ways, under its own or a wrong extension. */
export function fuzzCase(seeds: readonly Seed[], seed: number, number: number): FuzzCase {
  const dice = diceFrom(randomFrom(Math.imul(seed, 1_000_003) ^ Math.imul(number, 0x9e3779b1)));
  const good = dice.pick(seeds);
  const ways = [
    dice.pick(Object.keys(breaks)),
    ...(dice.below(4) === 0 ? [dice.pick(Object.keys(breaks))] : []),
  ];
  const bytes = ways.reduce((one, way) => breaks[way]?.(one, dice, seeds) ?? one, good.bytes);
  const named = dice.below(5) === 0 ? dice.pick(seeds).name : good.name;
  const name = `${number}.${named.split(".").at(-1)}`;
  return { name, bytes, how: `${good.name}, ${ways.join(", ")}` };
}
