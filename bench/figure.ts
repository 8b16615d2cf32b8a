/** What a figure measured: repetitions of one quantity, in one unit. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly count: number;
}

/** `×` is a ratio of two things measured in the same round. */
export type Unit = "×" | "ms" | "s" | "MB" | "/s" | "SSIM" | "h/h" | "%";

/** A bound that the project set itself, held against the median. */
export interface Target {
  readonly bound: "at most" | "at least";
  readonly value: number;
}

/** One line of a figure's table. */
export interface Row {
  readonly what: string;
  readonly unit: Unit;
  readonly measured: Spread;
  /** What it is held against, measured in the same run, in the same unit. */
  readonly beside?: { readonly what: string; readonly measured: Spread };
  readonly target?: Target;
}

/** What came of a figure. */
export interface Findings {
  readonly rows: readonly Row[];
  /** How it was measured, and where the time goes: sentences that the program knows to be true. */
  readonly remarks: readonly string[];
}

/** What a figure is given. */
export interface Bench {
  /** Everything small, for CI: prints, and is right about nothing but that it runs. */
  readonly quick: boolean;
  /** How often each measurement is repeated. */
  readonly rounds: number;
  /** How many media the large library holds; one of ten has a transcript. */
  readonly media: number;
  /** The long form of what else is sampled. */
  readonly full: boolean;
  /** How much is sampled instead: seconds of video (g), recordings (k). Default: the figure's own. */
  readonly sample: number | undefined;
  /** An empty folder of the figure's own, removed afterwards. */
  readonly folder: string;
  /** Lasts for the whole run, for what several figures want. */
  readonly shared: string;
  /** Says what is under way. */
  readonly note: (text: string) => void;
}

export interface Figure {
  /** The letter it is asked for by. */
  readonly letter: string;
  readonly title: string;
  readonly measure: (bench: Bench) => Promise<Findings>;
}

/** The smallest, middle and largest of some measurements. @throws RangeError when there are none */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, max] = [sorted.at(0), sorted.at(-1)];
  if (min === undefined || max === undefined) throw new RangeError("nothing was measured");
  return { min, median: quantile(sorted, 0.5), max, count: sorted.length };
}

/** The value below which a share of the measurements lies; `sorted` is ascending and not empty. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN];
  return below + (above - below) * (at - Math.floor(at));
}

/** `of` divided by `by`, round for round. */
export function ratios(of: readonly number[], by: readonly number[]): Spread {
  return spreadOf(of.map((value, round) => value / (by[round] ?? NaN)));
}

export function atMost(value: number): Target {
  return { bound: "at most", value };
}

export function atLeast(value: number): Target {
  return { bound: "at least", value };
}

/** By how much a target was missed, as a share of it; 0 when it was met. */
export function missedBy({ measured, target }: Row): number | undefined {
  if (target === undefined) return undefined;
  const { bound, value } = target;
  const over = bound === "at most" ? measured.median - value : value - measured.median;
  return over <= 0 ? 0 : over / Math.abs(value);
}
