/** Repeated measurements of one quantity, in one unit. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly count: number;
}

/** `×` is a ratio of two things measured in the same round. */
export type Unit = "×" | "ms" | "s" | "MB" | "/s" | "SSIM" | "h/h" | "%" | "files";

/** A bound that the project set itself. The median is compared with it. */
export interface Target {
  readonly bound: "at most" | "at least";
  readonly value: number;
}

/** One line of a figure's table. */
export interface Row {
  readonly what: string;
  readonly unit: Unit;
  readonly measured: Spread;
  /** Another measurement for comparison, from the same run and in the same unit. */
  readonly comparison?: { readonly what: string; readonly measured: Spread };
  readonly target?: Target;
}

/** The results of a figure. */
export interface Findings {
  readonly rows: readonly Row[];
  /** How it was measured, and where the time goes. The program writes only what it has checked. */
  readonly remarks: readonly string[];
}

/** The options of a figure, and the places that it may use. */
export interface Bench {
  /** Everything is small, for CI: the run shows that the bench works; its figures mean nothing. */
  readonly quick: boolean;
  /** How often each measurement is repeated. */
  readonly rounds: number;
  /** How many media files the large library holds; one of ten has a transcript. */
  readonly media: number;
  /** Measures in full where a run usually takes a sample. */
  readonly full: boolean;
  /** Where `faster-whisper.sh` has set up a peer for Whisper base. Default: it is not compared. */
  readonly fasterWhisper?: string | undefined;
  /** The size of the sample: seconds of video (g), recordings (k). Default: the figure's own. */
  readonly sample: number | undefined;
  /** What an earlier run of odd files (o) found: what was right there is not tried again. */
  readonly results: string | undefined;
  /** An empty folder for this figure only, removed afterwards. */
  readonly folder: string;
  /** A folder that exists for the whole run, for data that several figures use. */
  readonly shared: string;
  /** Reports the progress of the measurement. */
  readonly note: (text: string) => void;
}

export interface Figure {
  /** The letter that selects it on the command line. */
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

/** `of` divided by `by`, for each round. */
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
