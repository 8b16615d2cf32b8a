import type { Box } from "../../media/label.ts";
import { mirrorBox, overlap } from "../geometry.ts";
import { classesOf, cocoNames, parentsOf } from "../taxonomy.ts";
import type { Detection } from "../detection.ts";
import { isDoubtful } from "./doubtful.ts";
import type { Region, Scored } from "./protocol.ts";

/** One thing that was seen at one place, under its name. */
export interface Sighting {
  readonly name: string;
  readonly box: Box;
  readonly confidence: number;
}

/** Two boxes of one name that share more than this are the same thing. */
const sameThing = 0.5;

/** What a detector's rows say, in fractions of the picture. */
export function sightingsOf(detections: readonly Detection[], mirrored = false): Sighting[] {
  return detections.flatMap(([left, top, right, bottom, confidence, index]) => {
    const name = cocoNames[index];
    const plain = { left, top, width: right - left, height: bottom - top };
    const box = mirrored ? mirrorBox(plain) : plain;
    return name === undefined || box.width <= 0 || box.height <= 0
      ? []
      : [{ name, box, confidence }];
  });
}

/**
 * Two looks at one picture as one. What both show is as sure as their mean; what only one shows
 * counts two thirds: a detector's errors seldom survive the mirror.
 */
export function combineLooks(one: readonly Sighting[], other: readonly Sighting[]): Sighting[] {
  const rest = [...other];
  const combined = one.map((sighting) => {
    const twin = rest.findIndex(
      ({ name, box }) => name === sighting.name && overlap(box, sighting.box) > sameThing,
    );
    const [found] = twin < 0 ? [] : rest.splice(twin, 1);
    const confidence = found
      ? (sighting.confidence + found.confidence) / 2
      : (sighting.confidence * 2) / 3;
    return { ...sighting, confidence };
  });
  const alone = rest.map((sighting) => ({
    ...sighting,
    confidence: (sighting.confidence * 2) / 3,
  }));
  return [...combined, ...alone].toSorted((a, b) => b.confidence - a.confidence);
}

/** The mean of several looks of a classifier, class for class. */
export function meanOf(looks: readonly (readonly Scored[])[]): Map<number, number> {
  const mean = new Map<number, number>();
  for (const look of looks)
    for (const [index, probability] of look)
      mean.set(index, (mean.get(index) ?? 0) + probability / looks.length);
  return mean;
}

/** How probable a name is: the sum over the classes that are of it. */
export function probabilityOf(name: string, classes: ReadonlyMap<number, number>): number {
  return classesOf(name).reduce((sum, index) => sum + (classes.get(index) ?? 0), 0);
}

/** Kinds whose members small detectors take for each other, and classifiers tell apart. */
const confusing = ["Animal", "Vehicle", "Food"];

/** COCO's names of such kinds that ImageNet knows as well: of these the classifier has a say. */
const shared = cocoNames.filter(
  (name) => classesOf(name).length > 0 && parentsOf(name).some((kind) => confusing.includes(kind)),
);

/** Whether a classifier may judge what a detector calls so. */
export const isJudged = (name: string): boolean =>
  shared.includes(name) || (isDoubtful(name) && classesOf(name).length > 0);

/** The part of the picture that a classifier is shown for a box: a tenth wider, at least a square's half. */
export function regionOf({ left, top, width, height }: Box): Region {
  const [grownWidth, grownHeight] = [Math.min(1, width * 1.1), Math.min(1, height * 1.1)];
  const within = (start: number, length: number) => Math.min(1 - length, Math.max(0, start));
  return {
    left: within(left - (grownWidth - width) / 2, grownWidth),
    top: within(top - (grownHeight - height) / 2, grownHeight),
    width: grownWidth,
    height: grownHeight,
  };
}

/** So sure must a classifier be of something else, and so little of what the detector said. */
const sure = 0.6;
const unlikely = 0.15;
/** Of something else than a doubtful thing it needs to be less sure. */
const surerThanDoubtful = 0.5;

/** What is left of the confidence of a doubtful thing that the classifier does not see, too. */
const unconfirmed = { still: 0.8, frame: 0.5 } as const;

/** The likeliest of the names that both models know. */
function likeliest(names: readonly string[], classes: ReadonlyMap<number, number>) {
  const [best] = names
    .map((name) => ({ name, confidence: probabilityOf(name, classes) }))
    .toSorted((a, b) => b.confidence - a.confidence);
  return best ?? { name: "", confidence: 0 };
}

/**
 * What a thing is after a classifier has seen its box: another of the detector's names where the
 * classifier is sure of it, and thinks little of the first. Only for what is of one kind with it (a
 * horse may be a dog; a couch is none, even if there is one on it). A doubtful thing may be anything that
 * both models know, and counts less when the classifier sees nothing of it.
 */
export function judge(
  sighting: Sighting,
  classes: ReadonlyMap<number, number>,
  look: "still" | "frame",
): Sighting {
  const { name, confidence } = sighting;
  if (!isJudged(name) || probabilityOf(name, classes) >= unlikely) return sighting;
  if (isDoubtful(name)) {
    const best = likeliest(shared, classes);
    return best.confidence >= surerThanDoubtful
      ? { ...sighting, ...best }
      : { ...sighting, confidence: confidence * unconfirmed[look] };
  }
  const kinds = parentsOf(name);
  const kin = shared.filter((other) => parentsOf(other).some((kind) => kinds.includes(kind)));
  const best = likeliest(kin, classes);
  return best.name !== name && best.confidence >= sure ? { ...sighting, ...best } : sighting;
}

/** One sighting for each thing, the surest; judging may have given two boxes of it one name. */
export function distinct(sightings: readonly Sighting[]): Sighting[] {
  const kept: Sighting[] = [];
  for (const one of sightings.toSorted((a, b) => b.confidence - a.confidence))
    if (!kept.some(({ name, box }) => name === one.name && overlap(box, one.box) > sameThing))
      kept.push(one);
  return kept;
}
