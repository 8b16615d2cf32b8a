/**
 * The protocol between the labeller and its child process. To the child: a frame's size in bytes
 * (32 bits, little-endian), then its pixels. From the child: one JSON document a line, first
 * `ready`, then one `seen` for each frame.
 */

/** Edge of the square that CenterNet gets, in pixels. */
export const frameSize = 512;

export const frameBytes = frameSize * frameSize * 3;

/** Scores below this are noise: a picture without anything in it still has a hundred of them. */
export const lowestScore = 0.1;

export type { Answer } from "./answers.ts";

/** Where the child finds what it runs: absolute paths, so that it needs no search of its own. */
export interface ChildFiles {
  readonly core: string;
  readonly converter: string;
  readonly cpu: string;
  readonly wasm: string;
  /** `centernet.json`; the weights lie beside it. */
  readonly model: string;
}
