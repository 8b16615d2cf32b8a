/** One caption on screen: up to two lines, shown from `startMs` until `endMs` (half-open). */
export interface Cue {
  readonly startMs: number;
  readonly endMs: number;
  readonly lines: readonly string[];
  readonly speaker?: string;
}
