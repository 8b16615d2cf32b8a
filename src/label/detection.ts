import { z } from "zod";

/**
 * One thing in a picture as a detector's child process reports it: two corners (left, top, right,
 * bottom), the score 0–1, and the index of the COCO class. Each engine's protocol defines the unit of
 * the corners.
 */
export const detectionSchema = z
  .tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()])
  .readonly();

export type Detection = z.infer<typeof detectionSchema>;

/** A picture has a hundred things at most; a child that sends far more is not sound. */
export const mostRows = 10_000;
