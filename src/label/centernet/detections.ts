import type { Box, Label } from "../../media/label.ts";
import { mirrorBox, overlap, unletterbox } from "../geometry.ts";
import type { Letterbox } from "../geometry.ts";
import { createPictureLabels } from "../picture-labels.ts";
import { cocoNames } from "../taxonomy.ts";
import type { Detection } from "../detection.ts";

/** One thing that was seen, under its name and in fractions of the picture. */
export interface Sighting {
  readonly name: string;
  readonly box: Box;
  readonly confidence: number;
}

/** Two boxes of one name that share more than this are the same thing. */
const sameThing = 0.5;

/**
 * How sure CenterNet must be. Its scores are low: a clear dog gets 0.3–0.8, so 0.3 is where
 * telling begins. What it likes to see in any desk, shelf or shadow must be surer. A still has two
 * looks averaged, in which fancies fade (seen: 0.29 → 0.14), so less is enough.
 * Measured on the pictures and the video of the tests, not on a benchmark.
 */
const thresholds = { frame: 0.3, frameOfDoubtful: 0.4, still: 0.25, stillOfDoubtful: 0.35 };

const doubtful = new Set(
  (
    "Laptop,TV,Computer Mouse,Remote Control,Computer Keyboard,Mobile Phone,Microwave,Book,Clock," +
    "Scissors,Toothbrush,Fork,Knife,Spoon,Tie,Skateboard,Surfboard,Snowboard,Skis,Baseball Bat," +
    "Baseball Glove,Frisbee,Ball,Kite,Hair Dryer,Parking Meter,Toaster"
  ).split(","),
);

/** The least confidence at which a label is told. `minConfidence` takes the place of them all. */
export function thresholdOf(name: string, kind: "frame" | "still", minConfidence?: number): number {
  if (minConfidence !== undefined) return minConfidence;
  if (kind === "still") return doubtful.has(name) ? thresholds.stillOfDoubtful : thresholds.still;
  return doubtful.has(name) ? thresholds.frameOfDoubtful : thresholds.frame;
}

/** What the model's rows say, the surest first; a thing that was found twice is told once. */
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
 * Two looks at one picture, the second in a mirror, as one: confidence is the mean, and what only
 * one look shows counts half. A detector's errors seldom survive the mirror.
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
 * Sightings as labels: one a name with all its places, and the labels that it is a kind of, each
 * as sure as its surest child. The surest first.
 */
export function labelsOf(sightings: readonly Sighting[]): Label[] {
  const labels = createPictureLabels();
  for (const { name, box, confidence } of sightings)
    labels.note(name, confidence).push({ box, confidence });
  return labels.surestFirst();
}
