import { z } from "zod";
import { detectionSchema, mostRows } from "../detection.ts";

/** A class by its index, and its probability. */
const scoredSchema = z.tuple([z.number(), z.number()]).readonly();
export type Scored = z.infer<typeof scoredSchema>;

const rows = <Row extends z.ZodType>(row: Row) => z.array(row).max(mostRows).readonly();

/** What the child may say: see `protocol.ts`. A hostile model may make it send anything. */
export const answerSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), runtime: z.string() }),
  /** A model that cannot be used: not whole, not ONNX, or not of its kind. */
  z.object({ type: z.literal("refused"), model: z.string(), why: z.string() }),
  z.object({
    type: z.literal("seen"),
    /** By looks; corners in fractions of the picture. */
    detections: rows(rows(detectionSchema)),
    classes: rows(rows(scoredSchema)),
    tags: rows(scoredSchema),
  }),
]);

export type Answer = z.infer<typeof answerSchema>;
