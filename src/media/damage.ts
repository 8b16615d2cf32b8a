/**
 * How much of a source could not be decoded. ffmpeg exits with 0 whether it read a whole file or a tenth
 * of it. The number of its error lines and the length of the outputs show the difference.
 */
export interface Damage {
  readonly errors: number;
  /** The worst shortfall, when there is one. */
  readonly short?: Shortfall;
}

export interface Shortfall {
  readonly decodedMs: number;
  readonly expectedMs: number;
}

/** Whether something is missing: more than 0.5 s and 2 %, because stated lengths are rounded that much. */
export function isShort({ decodedMs, expectedMs }: Shortfall): boolean {
  return expectedMs - decodedMs > Math.max(500, expectedMs * 0.02);
}

function inSeconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

/** The note for people: `the source is damaged: 37 decode errors; 3.1 of 12.0 s could be decoded`. */
export function damageNote({ errors, short }: Damage): string {
  const counted = `${errors} decode error${errors === 1 ? "" : "s"}`;
  const length =
    short && `${inSeconds(short.decodedMs)} of ${inSeconds(short.expectedMs)} s could be decoded`;
  const parts = [...(errors > 0 ? [counted] : []), ...(length === undefined ? [] : [length])];
  return `the source is damaged: ${parts.join("; ")}`;
}
