/** A stretch of a recording in which one speaker speaks. */
export interface Turn {
  readonly startMs: number;
  readonly endMs: number;
  /** From 0, in the order in which they are first heard. */
  readonly speaker: number;
}
