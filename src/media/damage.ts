import type { Incomplete, MediaFacts } from "./facts.ts";

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

/** How much of a media file there is, for people: `3.1 of 12.0 s could be decoded`. */
export function incompleteText({ decodedMs, expectedMs }: Incomplete): string {
  if (decodedMs === undefined || expectedMs === undefined) return "its end is missing";
  return `${inSeconds(decodedMs)} of ${inSeconds(expectedMs)} s could be decoded`;
}

/** A sentence for texts that are read apart from the library; undefined when all of it is there. */
export function incompleteNote(incomplete: Incomplete | undefined): string | undefined {
  if (incomplete === undefined) return undefined;
  return `The recording is incomplete: ${incompleteText(incomplete)}.`;
}

/** The facts of a source of which a step could decode too little; undefined when they stay as they are. */
export function withShortfall(
  facts: MediaFacts,
  short: Shortfall | undefined,
): MediaFacts | undefined {
  const known = facts.incomplete?.decodedMs ?? Infinity;
  if (short === undefined || short.decodedMs >= known) return undefined;
  const { decodedMs, expectedMs } = short;
  return { ...facts, incomplete: { decodedMs: Math.round(decodedMs), expectedMs } };
}

/** The note for people: `the source is damaged: 37 decode errors; 3.1 of 12.0 s could be decoded`. */
export function damageNote({ errors, short }: Damage): string {
  const counted = `${errors} decode error${errors === 1 ? "" : "s"}`;
  const length =
    short && `${inSeconds(short.decodedMs)} of ${inSeconds(short.expectedMs)} s could be decoded`;
  const parts = [...(errors > 0 ? [counted] : []), ...(length === undefined ? [] : [length])];
  return `the source is damaged: ${parts.join("; ")}`;
}
