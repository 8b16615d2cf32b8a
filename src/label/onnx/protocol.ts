export type { Answer, Scored } from "./answers.ts";

/**
 * What the labeller and its child process say to each other. To the child: the length of a question
 * and of a picture (32 bits each, little-endian), the question as JSON, the picture's pixels. From
 * the child: one JSON document a line, first `ready` or `refused`, then one `seen` for each question.
 */

export const modelRoles = ["detection", "classification", "tagging"] as const;
export type ModelRole = (typeof modelRoles)[number];

/** A model as the child loads it. */
export interface ModelFile {
  readonly role: ModelRole;
  readonly id: string;
  /** As the manifest calls it: `yolox`, `mobilenet` … */
  readonly kind: string;
  /** Absolute. */
  readonly path: string;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/** What the child runs: absolute paths, so that it needs no search of its own. */
export interface ChildFiles {
  readonly runtime: { readonly name: RuntimeName; readonly path: string };
  readonly models: readonly ModelFile[];
}

export type RuntimeName = "onnxruntime-node" | "onnxruntime-web";

/** A part of the picture, in fractions of it. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** As in a mirror. */
  readonly mirrored?: boolean;
}

/** A look of the detector at the whole picture. */
export interface Look {
  readonly mirrored?: boolean;
  /** Most of the bars around the picture may be left out, where the model can do without. */
  readonly sparing?: boolean;
}

/** Which models look at what. Without a picture of its own it is about the last one. */
export interface Question {
  /** Of the picture, in pixels: rows of red, green and blue bytes. */
  readonly width: number;
  readonly height: number;
  readonly detect: readonly Look[];
  readonly classify: readonly Region[];
  readonly tag: boolean;
}

/** Scores below this are noise. */
export const lowestScore = 0.1;

/** Classes below this are left out: a thousand of them together could make a tenth. */
export const lowestProbability = 1e-4;

export const headBytes = 8;
