import type { Label } from "../../media/label.ts";
import { createPictureLabels } from "../picture-labels.ts";
import { imagenetNames, knownToImagenet, namesOfClass } from "../taxonomy.ts";
import { isDoubtful } from "./doubtful.ts";
import type { Scored } from "./protocol.ts";
import type { Sighting } from "./sightings.ts";

/** The results of all models for one picture. */
export interface Findings {
  readonly sightings: readonly Sighting[];
  /** The probability of ImageNet's classes; absent without a classifier. */
  readonly classes?: ReadonlyMap<number, number>;
  readonly tags: readonly Scored[];
  /** The names of the tags. */
  readonly tagNames: readonly string[];
}

/**
 * The least confidence of a label. For a still the mean of several runs counts, in which errors get lower
 * scores, so less is enough. Doubtful things (doubtful.ts) need more.
 * Chosen on the tests' pictures and video, not on a benchmark.
 */
const thresholds = {
  still: { detected: 0.3, class: 0.4, kind: 0.5 },
  frame: { detected: 0.35, class: 0.7, kind: 0.75 },
  doubtful: { detected: 0.6, class: 0.85, kind: 0.85 },
  tag: 0.68,
} as const;

type Source = "detected" | "class" | "kind";

/** The least confidence of a label. `minConfidence` replaces them all. */
export function thresholdOf(
  name: string,
  source: Source,
  look: "still" | "frame",
  minConfidence?: number,
): number {
  if (minConfidence !== undefined) return minConfidence;
  const usual = thresholds[look][source];
  return isDoubtful(name) ? thresholds.doubtful[source] : usual;
}

const classNames = new Set(imagenetNames);

/** A class and the kinds that it belongs to: the confidence of a kind is the sum over its classes. */
function classified(
  classes: ReadonlyMap<number, number>,
  look: "still" | "frame",
  minConfidence?: number,
): [name: string, confidence: number][] {
  const sums = new Map<string, number>();
  for (const [index, probability] of classes) {
    const [own = "", ...kinds] = namesOfClass(index);
    // A nail that is seen in asphalt is no tool, unless it is sure to be a nail.
    const names = isDoubtful(own) ? [own] : [own, ...kinds];
    for (const name of names) sums.set(name, (sums.get(name) ?? 0) + probability);
  }
  return knownToImagenet.flatMap((name) => {
    const confidence = Math.min(1, sums.get(name) ?? 0);
    const source = classNames.has(name) ? "class" : "kind";
    const least = thresholdOf(name, source, look, minConfidence);
    return confidence > 0 && confidence >= least ? [[name, confidence] as [string, number]] : [];
  });
}

/**
 * The labels of one picture: one for each name, with all its places and the highest confidence of any
 * model, and the labels that it is a kind of. The surest first.
 */
export function labelsOf(
  { sightings, classes, tags, tagNames }: Findings,
  look: "still" | "frame",
  minConfidence?: number,
): Label[] {
  const labels = createPictureLabels();
  for (const { name, box, confidence } of sightings)
    if (confidence >= thresholdOf(name, "detected", look, minConfidence))
      labels.note(name, confidence).push({ box, confidence });
  if (classes !== undefined)
    for (const [name, confidence] of classified(classes, look, minConfidence))
      labels.note(name, confidence);
  for (const [index, confidence] of tags) {
    const name = tagNames[index];
    if (name !== undefined && confidence >= (minConfidence ?? thresholds.tag))
      labels.note(name, confidence);
  }
  return labels.surestFirst();
}
