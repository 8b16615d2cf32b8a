import { z } from "zod";
import type { Seen } from "./poster-score.ts";

/** What is needed of labels as the label step writes them (Rekognition's GetLabelDetection). */
const labelsSchema = z.object({
  Labels: z.array(
    z.object({
      Timestamp: z.number().optional(),
      Label: z
        .object({
          Name: z.string(),
          Instances: z.array(
            z.object({
              Confidence: z.number(),
              BoundingBox: z.object({ Width: z.number(), Height: z.number() }),
            }),
          ),
        })
        .optional(),
    }),
  ),
});

/** People look at people first: a face or a person counts this many times a thing of its size. */
const personFactor = 2;
const people = new Set(["Person", "Face"]);

/**
 * What a film's labels say is seen, and when: all things of a moment together, each by how sure it is
 * and by its edge, so that one that is four times as large counts twice. Empty for anything else than the
 * labels of a film.
 */
export function seenIn(labels: unknown): Seen[] {
  const read = labelsSchema.safeParse(labels);
  if (!read.success) return [];
  const weights = new Map<number, number>();
  for (const { Timestamp: atMs, Label } of read.data.Labels) {
    if (atMs === undefined || Label === undefined) continue;
    const factor = people.has(Label.Name) ? personFactor : 1;
    for (const { Confidence, BoundingBox: box } of Label.Instances) {
      const weight = (factor * Confidence * Math.sqrt(box.Width * box.Height)) / 100;
      weights.set(atMs, (weights.get(atMs) ?? 0) + weight);
    }
  }
  return [...weights].map(([atMs, weight]) => ({ atMs, weight }));
}
