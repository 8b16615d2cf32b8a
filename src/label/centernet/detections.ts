import type { Box, Label } from "../../media/label.ts";
import { mirrorBox, overlap, unletterbox } from "../geometry.ts";
import type { Letterbox } from "../geometry.ts";
import { createPictureLabels } from "../picture-labels.ts";
import { cocoNames } from "../taxonomy.ts";
import type { Detection } from "../detection.ts";

/** One detected thing: its name and its box in fractions of the picture. */
export interface Sighting {
  readonly name: string;
  readonly box: Box;
  readonly confidence: number;
}

/** Two boxes of one name that share more than this are the same thing. */
const sameThing = 0.5;

/**
 * The least scores of CenterNet. They are low: a clear dog gets 0.3–0.8, so 0.3 is the usual bound.
 * Classes that it often sees in desks, shelves or shadows need more. For a still the mean of two runs
 * counts, in which errors get lower scores (measured: 0.29 → 0.14), so less is enough.
 * In a film there is no second run and no second model to confirm a doubtful thing, and a car from above is a
 * mobile phone with 0.69 in three frames on end: there it needs as much as nothing wrong was given.
 * Measured on the pictures and the video of the tests, not on a benchmark.
 */
const thresholds = { frame: 0.3, frameOfDoubtful: 0.75, still: 0.25, stillOfDoubtful: 0.35 };

const doubtful = new Set(
  (
    "Laptop,TV,Computer Mouse,Remote Control,Computer Keyboard,Mobile Phone,Microwave,Book,Clock," +
    "Scissors,Toothbrush,Fork,Knife,Spoon,Tie,Skateboard,Surfboard,Snowboard,Skis,Baseball Bat," +
    "Baseball Glove,Frisbee,Ball,Kite,Hair Dryer,Parking Meter,Toaster"
  ).split(","),
);

/** The least confidence of a label. `minConfidence` replaces them all. */
export function thresholdOf(name: string, kind: "frame" | "still", minConfidence?: number): number {
  if (minConfidence !== undefined) return minConfidence;
  if (kind === "still") return doubtful.has(name) ? thresholds.stillOfDoubtful : thresholds.still;
  return doubtful.has(name) ? thresholds.frameOfDoubtful : thresholds.frame;
}

/** The detections in the model's rows, the surest first. A thing that was found twice is listed once. */
export function sightingsOf(detections: readonly Detection[], within: Letterbox): Sighting[] {
  const kept: Sighting[] = [];
  for (const [left, top, right, bottom, confidence, index] of detections.toSorted(
    (a, b) => b[4] - a[4],
  )) {
    const name = cocoNames[index];
    const box = unletterbox([left, top, right, bottom], within);
    if (name === undefined || box.width === 0 || box.height === 0) continue;
    if (!kept.some((other) => other.name === name && overlap(other.box, box) > sameThing))
      kept.push({ name, box, confidence });
  }
  return kept;
}

/**
 * Combines the detections in a picture and in its mirror image: the confidence is the mean, and what
 * only one of them shows counts half. A detector rarely makes the same error in both.
 */
export function combineLooks(
  plain: readonly Sighting[],
  mirrored: readonly Sighting[],
): Sighting[] {
  const rest = mirrored.map((sighting) => ({ ...sighting, box: mirrorBox(sighting.box) }));
  const combined = plain.map((sighting) => {
    const twin = rest.findIndex(
      (other) => other.name === sighting.name && overlap(other.box, sighting.box) > sameThing,
    );
    const [found] = twin < 0 ? [] : rest.splice(twin, 1);
    return { ...sighting, confidence: (sighting.confidence + (found?.confidence ?? 0)) / 2 };
  });
  for (const { name, box, confidence } of rest)
    combined.push({ name, box, confidence: confidence / 2 });
  return combined.toSorted((a, b) => b.confidence - a.confidence);
}

/**
 * Turns detections into labels: one for each name with all its places, and the labels that it is a kind
 * of, each with the confidence of its surest child. The surest first.
 */
export function labelsOf(sightings: readonly Sighting[]): Label[] {
  const labels = createPictureLabels();
  for (const { name, box, confidence } of sightings)
    labels.note(name, confidence).push({ box, confidence });
  return labels.surestFirst();
}
