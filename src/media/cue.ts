/** One caption on screen: up to two lines, shown from `startMs` until `endMs` (half-open). */
export interface Cue {
  readonly startMs: number;
  readonly endMs: number;
  readonly lines: readonly string[];
  readonly speaker?: string;
  /** The speaker of each line, where two share the caption; each line begins with `- `. */
  readonly turns?: readonly (string | undefined)[];
}
